#pragma once
#include <string>

namespace sotto::bench {

/// Runs what is registered, prints the table and writes build/bench/<name>.json: {"rows":[{"name","unit","ours"}]}.
int run_and_write(const std::string& name, int argc, char** argv);

}  // namespace sotto::bench
