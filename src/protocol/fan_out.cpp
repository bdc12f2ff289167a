#include "protocol/fan_out.hpp"

namespace sotto::protocol {

std::vector<Result<Encrypted>> fan_out(std::span<const FanOutTarget> targets, base::View plaintext) {
  std::vector<Result<Encrypted>> outcomes;
  outcomes.reserve(targets.size());
  for (const FanOutTarget& target : targets) outcomes.push_back(encrypt(target.record, plaintext, target.context));
  return outcomes;
}

}  // namespace sotto::protocol
