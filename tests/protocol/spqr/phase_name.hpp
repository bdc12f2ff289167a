#pragma once
#include <string>

#include "protocol/spqr/braid.hpp"

namespace sotto::test {

/// As the recordings write it: the state's name in spqr.md §6.1 and the epoch, "C2/1".
inline std::string phase_name(const protocol::spqr::Braid& braid) {
  constexpr std::array names{"E0", "E1", "E2", "E3", "E4", "C0", "C1", "C2", "C3", "C4", "C5"};
  return std::string(names.at(braid.phase().index())) + "/" + std::to_string(braid.epoch());
}

}  // namespace sotto::test
