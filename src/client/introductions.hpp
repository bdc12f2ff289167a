#pragma once
#include "client/problem.hpp"
#include "store/peers.hpp"

namespace sotto::client {

enum class Introduced {
  is_new,      // held now
  is_held,     // the very same was held already
  is_older,    // lower than what is held: means nothing
  is_fork,     // another list in the same place: refused
  is_unsound,  // breaks a rule
};

/// Applies an introduction in one step, if it verifies and is higher than what is held (design, section 3).
Introduced apply_introduction(store::Transaction& in, const wire::Introduction& introduction);

}  // namespace sotto::client
