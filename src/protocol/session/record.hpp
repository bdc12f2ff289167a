#pragma once
#include <memory>

#include "protocol/session/state.hpp"

namespace sotto::protocol {

constexpr std::size_t max_archived = 40;  // §12

using SharedState = std::shared_ptr<const State>;

/// All sessions with one device: at most one that sends, and archived ones that still receive (§4.9).
///
/// A value: copies share the sessions, which never change once they are in a record.
class Record {
 public:
  Record() = default;

  /// A record of format 1, from before sessions had a post-quantum ratchet, is read as one without sessions: neither
  /// end would go on with them.
  ///
  /// errors  invalid_session  not exactly what serialize writes. An archived session is only looked at when it is
  ///                          tried, and skipped then if it can't be read.
  static Result<Record> parse(base::View bytes);
  base::SecretBlob serialize() const;

  const State* current() const { return current_.get(); }  // null if there is none
  std::size_t archived_count() const { return archived().size(); }
  std::optional<State> archived(std::size_t index) const;  // 0 is the newest; nothing if it can't be read

  /// Whether encrypt would find a session here (§4.10).
  bool can_send(std::uint64_t now_ms) const {
    return current_ && !(current_->pending && current_->pending->is_stale(now_ms));
  }
  /// Whether the other end has not answered the current session yet.
  bool is_pending() const { return current_ && current_->pending.has_value(); }

  // Each gives the record afterwards and leaves this one alone. A state comes in the place where it stays.
  Record with_current_archived() const;                              // a reset, and "sign out": receives, sends no more
  Record with_new_current(SharedState state) const;                  // the old one is archived
  Record with_current_advanced(SharedState state) const;             // the same session, further on
  Record with_promoted(std::size_t index, SharedState state) const;  // the archived one, further on, becomes current

 private:
  using Archive = std::vector<std::shared_ptr<const base::SecretBlob>>;  // serialized, newest first
  const Archive& archived() const;
  std::shared_ptr<const Archive> archived_;  // like the states, shared by the copies of a record; null if it is empty
  SharedState current_;
};

}  // namespace sotto::protocol
