#pragma once
#include <fstream>
#include <iterator>

#include "base/check.hpp"
#include "support/vectors.hpp"

namespace sotto::test {

/// A file of tests/vectors/records, whole. A missing one ends the test program.
inline base::Blob recorded_bytes(const std::string& name) {
  std::ifstream file(source_dir() + "/tests/vectors/records/" + name, std::ios::binary);
  CHECK(file.good());
  return base::Blob(std::istreambuf_iterator<char>(file), {});
}

}  // namespace sotto::test
