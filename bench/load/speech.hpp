#pragma once
#include <memory>
#include <string>

#include "base/result.hpp"
#include "bench/load/account.hpp"
#include "bench/load/lanes.hpp"
#include "net/clock.hpp"

namespace sotto::bench {

using Accounts = std::vector<std::unique_ptr<Account>>;

/// What an envelope turned out to be.
struct Heard {
  std::size_t lane;
  std::uint64_t number;  // counted from 1 in each lane
};

/// How envelopes are made and read.
class Speech {
 public:
  virtual ~Speech() = default;
  /// Whether a lane needs a bundle of its recipient before its first message.
  virtual bool wants_bundle(std::size_t lane) const = 0;
  /// returns  why it can't be used
  virtual std::optional<std::string> take_bundle(std::size_t lane, const wire::DeviceBundle& bundle) = 0;
  virtual base::Blob say(std::size_t lane, std::uint64_t number) = 0;
  /// errors  what is wrong with the envelope, in the protocol's words
  virtual base::Result<Heard, std::string> hear(std::size_t account, base::View envelope) = 0;
};

/// What all lanes share. All of it outlives the speech.
struct Town {
  const Accounts& accounts;
  const std::vector<Lane>& lanes;
  base::Random& random;
  net::Clock& clock;
};

/// PQXDH sessions, both ratchets and sealed sender version 1 at both ends. `size` bytes of text in each message.
std::unique_ptr<Speech> sealed_speech(const Town& town, std::size_t size);
/// Noise, as long as such an envelope is.
std::unique_ptr<Speech> noise(const Town& town, std::size_t size);

}  // namespace sotto::bench
