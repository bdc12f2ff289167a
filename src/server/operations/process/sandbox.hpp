#pragma once
#include <filesystem>
#include <vector>

namespace sotto::server {

/// What a confined process may still touch; a path that isn't there is left out.
struct Sandbox {
  std::vector<std::filesystem::path> writable = {};  // folders, with all below them
  std::vector<std::filesystem::path> readable = {};  // folders or files
};

/// What took effect: an old kernel, a container's rules or a sanitizer may stand in the way of a part.
struct Confined {
  bool no_new_privileges = false;
  bool files = false;  // Landlock
  bool calls = false;  // seccomp
};

/// Gives up for good what a server never needs: other files than these, opening more ports, other programs, the
/// system's administration, other processes, memory that is writable and executable. Binds this thread and those that
/// it makes from then on: call it while there is only one.
Confined confine(const Sandbox& sandbox);

}  // namespace sotto::server
