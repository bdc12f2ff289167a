#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/operations/options.hpp"

namespace sotto::server {

/// One value as people wrote it; only a list has more than one, or none.
using Texts = std::vector<std::string>;

/// How a value is written in the file, and how often its flag may stand.
enum class Shape { text, list, count, truth };

/// One thing that can be set. Flag, environment variable and key are spellings of its name:
/// `limits.connections` is `--limits-connections`, `SOTTO_SERVER_LIMITS_CONNECTIONS`, and `connections` under
/// `[limits]`.
struct OptionRow {
  std::string_view name;
  Shape shape;
  std::string_view argument;   // what stands for the value in help: `HOST:PORT`
  std::string_view otherwise;  // the default, for people
  std::string_view help;
  /// Sets it; says what is wrong with the value, or nothing.
  std::string (*set)(Options&, const Texts&);
  bool is_reread = false;           // on SIGHUP
  std::string_view also_flag = {};  // another spelling of the flag
};

std::span<const OptionRow> option_table();
const OptionRow* option_named(std::string_view name);

std::string flag_of(const OptionRow& row);      // `--limits-connections`
std::string variable_of(const OptionRow& row);  // `SOTTO_SERVER_LIMITS_CONNECTIONS`

/// The known word that is most like a mistyped one; empty if none is like it.
std::string closest(std::string_view mistyped, const std::vector<std::string>& known);

}  // namespace sotto::server
