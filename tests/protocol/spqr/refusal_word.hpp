#pragma once
#include <string>

#include "protocol/spqr/refusal.hpp"

namespace sotto::test {

/// As the recordings name it.
inline std::string refusal_word(protocol::spqr::Refusal refusal) {
  using protocol::spqr::Refusal;
  switch (refusal) {
    case Refusal::version:
      return "version";
    case Refusal::malformed:
      return "malformed";
    case Refusal::epoch_out_of_range:
      return "epoch_out_of_range";
    case Refusal::bad_mac:
      return "mac";
    case Refusal::bad_key:
      return "bad_data";
    case Refusal::already_used:
      return "already_used";
    case Refusal::too_old:
      return "too_old";
    case Refusal::too_far_ahead:
      return "too_far_ahead";
    case Refusal::used_up:
      return "used_up";
  }
  return "";
}

}  // namespace sotto::test
