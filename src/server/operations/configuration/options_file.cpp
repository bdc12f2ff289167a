#include "server/operations/configuration/options_file.hpp"

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ASSERT(claim) static_cast<void>(0)  // it claims what a broken file breaks, and reports it right after
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

namespace sotto::server {
namespace {

using Values = std::map<std::string, FileValue>;

struct Reader {
  std::string file;

  std::string at(const toml::node& node) const { return file + ":" + std::to_string(node.source().begin.line); }

  static bool is_section(const std::string& beginning) {
    return std::ranges::any_of(option_table(), [&](const OptionRow& row) { return row.name.starts_with(beginning); });
  }

  OptionProblem unknown(const std::string& name, const std::string& where) const {
    std::vector<std::string> known;
    for (const OptionRow& row : option_table()) known.emplace_back(row.name);
    const std::string meant = closest(name, known);
    return {.where = where, .what = name + " is unknown" + (meant.empty() ? "" : "; did you mean " + meant + "?")};
  }

  OptionResult<Texts> texts(const OptionRow& row, const toml::node& node) const {
    const auto wrong = [&](const char* wanted) {
      return OptionProblem{.where = at(node), .what = std::string(row.name) + " is to be " + wanted};
    };
    switch (row.shape) {
      case Shape::text:
        if (const auto* text = node.as_string()) return Texts{text->get()};
        return wrong("a text in quotes");
      case Shape::count:
        if (const auto* number = node.as_integer()) return Texts{std::to_string(number->get())};
        return wrong("a number without quotes");
      case Shape::truth:
        if (const auto* truth = node.as_boolean()) return Texts{truth->get() ? "true" : "false"};
        return wrong("true or false, without quotes");
      case Shape::list:
        break;
    }
    if (const auto* text = node.as_string()) return Texts{text->get()};
    const toml::array* list = node.as_array();
    if (!list) return wrong("a list of texts");
    Texts all;
    for (const toml::node& entry : *list) {
      if (!entry.is_string()) return wrong("a list of texts");
      all.push_back(entry.as_string()->get());
    }
    return all;
  }

  OptionResult<void> walk(const toml::table& table, const std::string& prefix, Values& into) const {
    for (const auto& [key, node] : table) {
      const std::string name = prefix + std::string(key.str());
      const OptionRow* row = option_named(name);
      if (!row && node.is_table() && is_section(name + ".")) {
        TRY_VOID(walk(*node.as_table(), name + ".", into));
        continue;
      }
      if (!row) return unknown(name, file + ":" + std::to_string(key.source().begin.line));
      TRY(Texts given, texts(*row, node));
      into.emplace(name, FileValue{.texts = std::move(given), .where = at(node)});
    }
    return {};
  }
};

}  // namespace

OptionResult<Values> read_options_file(const std::filesystem::path& file) {
  const auto unreadable = [&file](int code) {
    return OptionProblem{.where = file.string(),
                         .what = "the file can't be read (" + std::generic_category().message(code) + ")"};
  };
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) return unreadable(EISDIR);
  errno = 0;
  std::ifstream in(file);
  if (!in) return unreadable(errno);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed)
    return OptionProblem{.where = file.string() + ":" + std::to_string(parsed.error().source().begin.line),
                         .what = std::string(parsed.error().description())};
  Values values;
  TRY_VOID(Reader{.file = file.string()}.walk(parsed.table(), "", values));
  return values;
}

}  // namespace sotto::server
