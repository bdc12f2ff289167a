#pragma once
#include <filesystem>
#include <map>

#include "base/result.hpp"
#include "server/operations/configuration/option_table.hpp"

namespace sotto::server {

/// What is wrong with the options, and where: a flag, a variable, or a file's line.
struct OptionProblem {
  std::string where;
  std::string what;
};
template <class T>
using OptionResult = base::Result<T, OptionProblem>;

struct FileValue {
  Texts texts;
  std::string where;  // `FILE:LINE`
};

/// Reads a TOML file. Each key is an option's name; a key that is none, or a value of another shape, is refused.
///
/// returns  the values by option name
OptionResult<std::map<std::string, FileValue>> read_options_file(const std::filesystem::path& file);

}  // namespace sotto::server
