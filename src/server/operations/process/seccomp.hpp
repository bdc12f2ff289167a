#pragma once

namespace sotto::server {

/// The part of confine() about system calls, by a seccomp filter: refused ones fail with EPERM. Needs
/// PR_SET_NO_NEW_PRIVS.
///
/// returns  whether it took effect
bool confine_calls();

}  // namespace sotto::server
