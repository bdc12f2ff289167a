#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/bytes.hpp"

namespace sotto::bench {

/// What was promised and what came of it, lane by lane.
class Tally {
 public:
  explicit Tally(std::size_t lanes) : lanes_(lanes) {}

  /// The server said that it has this message; they are sent one after the other.
  void note_promise(std::size_t lane) { ++lanes_[lane].promised; }
  /// A connection ended. What was delivered before it may come once more, as its acknowledgement may be lost.
  void note_break() { ++breaks_; }
  void note_error(const std::string& kind) { ++errors_[kind]; }
  /// Something came that is no message of ours.
  void note_damage(const std::string& kind) { ++damaged_, ++errors_[kind]; }

  enum class Envelope { is_new, is_known };
  /// The same bytes are the same message: they count once, and a second time only after a break is no fault.
  Envelope note_envelope(base::View envelope);
  void note_arrival(std::size_t lane, std::uint64_t number);

  std::uint64_t promised() const;
  std::uint64_t arrived() const { return arrived_; }
  std::uint64_t lost() const;  // promised, and never came
  std::uint64_t repeated() const { return repeated_; }
  std::uint64_t disordered() const { return disordered_; }
  std::uint64_t damaged() const { return damaged_; }
  std::uint64_t redelivered() const { return redelivered_; }  // after a break: as it should be
  const std::map<std::string, std::uint64_t>& errors() const { return errors_; }
  bool is_faultless() const { return lost() + repeated_ + disordered_ + damaged_ == 0; }

 private:
  struct Book {
    std::uint64_t promised = 0;
    std::uint64_t next = 1;           // the number that should come
    std::set<std::uint64_t> skipped;  // lower ones that did not
  };
  std::vector<Book> lanes_;
  std::unordered_map<std::uint64_t, std::uint64_t> seen_;  // envelopes by fingerprint: breaks when each came last
  std::map<std::string, std::uint64_t> errors_;
  std::uint64_t breaks_ = 0, arrived_ = 0, repeated_ = 0, disordered_ = 0, damaged_ = 0, redelivered_ = 0;
};

}  // namespace sotto::bench
