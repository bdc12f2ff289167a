#pragma once
#include <gtest/gtest.h>

#include <iostream>
#include <string_view>

namespace sotto::test {

/// Says how many recorded cases were run, and fails if there were fewer than the recording holds: a test that reads
/// nothing passes otherwise.
inline void expect_all_ran(std::string_view recording, std::size_t ran, std::size_t at_least) {
  std::cout << recording << ": " << ran << " cases\n";
  EXPECT_GE(ran, at_least) << recording;
}

}  // namespace sotto::test
