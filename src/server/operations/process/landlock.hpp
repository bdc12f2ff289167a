#pragma once
#include "server/operations/process/sandbox.hpp"

namespace sotto::server {

/// The part of confine() about files and ports, by Landlock. Needs PR_SET_NO_NEW_PRIVS.
///
/// returns  whether it took effect
bool confine_files(const Sandbox& sandbox);

}  // namespace sotto::server
