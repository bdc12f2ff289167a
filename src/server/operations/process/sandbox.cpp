#include "server/operations/process/sandbox.hpp"

#include <sys/prctl.h>

#include "server/operations/process/landlock.hpp"
#include "server/operations/process/seccomp.hpp"

namespace sotto::server {

Confined confine(const Sandbox& sandbox) {
  Confined confined;
  confined.no_new_privileges = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they read /proc and trace themselves at the end
  confined.files = confine_files(sandbox);
  confined.calls = confine_calls();
#else
  static_cast<void>(sandbox);
#endif
  return confined;
}

}  // namespace sotto::server
