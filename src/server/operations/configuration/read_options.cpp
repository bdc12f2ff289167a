#include "server/operations/configuration/read_options.hpp"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>

namespace sotto::server {
namespace {

constexpr std::string_view prefix = "SOTTO_SERVER_";
constexpr std::string_view file_variable = "SOTTO_SERVER_CONFIG";

/// One value and where it came from.
struct Source {
  Texts texts;
  std::string where;
};
using Sources = std::map<std::string, Source>;

Texts split(const std::string& list) {
  Texts parts;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    parts.push_back(list.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

/// A variable that is set to nothing counts as not set.
OptionResult<void> take_variables(const Given& given, Sources& sources) {
  std::vector<std::string> known{std::string(file_variable)};
  for (const OptionRow& row : option_table()) {
    known.push_back(variable_of(row));
    const auto found = given.variables.find(known.back());
    if (found == given.variables.end() || found->second.empty()) continue;
    const Texts texts = row.shape == Shape::list ? split(found->second) : Texts{found->second};
    sources.insert_or_assign(std::string(row.name), Source{.texts = texts, .where = known.back()});
  }
  for (const auto& [name, value] : given.variables) {
    if (std::ranges::find(known, name) != known.end()) continue;
    const std::string meant = closest(name, known);
    return OptionProblem{.where = name,
                         .what = "no such variable" + (meant.empty() ? "" : "; did you mean " + meant + "?")};
  }
  return {};
}

void take_flags(const Given& given, Sources& sources) {
  for (const auto& [name, texts] : given.flags) {
    const OptionRow* row = option_named(name);
    if (row) sources.insert_or_assign(name, Source{.texts = texts, .where = flag_of(*row)});
  }
}

std::string file_to_read(const Given& given) {
  if (!given.file.empty()) return given.file;
  const auto variable = given.variables.find(std::string(file_variable));
  if (variable != given.variables.end() && !variable->second.empty()) return variable->second;
  const bool has_data = given.flags.contains("data") || given.variables.contains("SOTTO_SERVER_DATA");
  return !has_data && ::access(usual_options_file, F_OK) == 0 ? usual_options_file : "";
}

bool is_loopback(const net::Endpoint& endpoint) {
  in_addr address{};  // a name may begin with `127.` too
  if (::inet_pton(AF_INET, endpoint.host.c_str(), &address) == 1) return (ntohl(address.s_addr) >> 24) == 127;
  return endpoint.host == "localhost" || endpoint.host == "::1";
}

/// What no value says by itself.
OptionResult<void> check(const Options& options, const Sources& sources) {
  const auto problem = [&sources](const char* name, std::string what) {
    const auto source = sources.find(name);
    return OptionProblem{.where = source == sources.end() ? std::string(name) : source->second.where,
                         .what = std::move(what)};
  };
  if (options.data.empty()) return OptionProblem{.where = "", .what = "--data DIR is needed; --help says more"};
  if (options.tls_certificate.empty() != options.tls_key.empty())
    return problem(options.tls_key.empty() ? "tls_certificate" : "tls_key",
                   "a certificate needs its key, and a key its certificate");
  if (!options.s3_endpoint && !(options.s3_bucket.empty() && options.s3_key_file.empty()))
    return problem(options.s3_bucket.empty() ? "s3.key_file" : "s3.bucket", "s3.endpoint is needed with it");
  if (options.s3_endpoint && (options.s3_bucket.empty() || options.s3_key_file.empty()))
    return problem("s3.endpoint", "s3.bucket and s3.key_file are needed with it");
  if (options.allow_plain_anywhere) return {};
  for (const net::ListenAddress& address : options.listen_plain) {
    if (address.endpoint && !is_loopback(*address.endpoint))
      return problem("listen_plain", net::to_text(*address.endpoint) +
                                         " is not loopback, and what goes there is not encrypted; allow_plain_anywhere "
                                         "permits it");
  }
  if (options.operations_listen && !is_loopback(*options.operations_listen))
    return problem("operations.listen",
                   net::to_text(*options.operations_listen) + " is not loopback; allow_plain_anywhere permits it");
  return {};
}

}  // namespace

std::map<std::string, std::string> server_variables() {
  std::map<std::string, std::string> found;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text = *entry;
    const std::size_t sign = text.find('=');
    if (text.starts_with(prefix) && sign != std::string_view::npos)
      found.emplace(text.substr(0, sign), text.substr(sign + 1));
  }
  return found;
}

OptionResult<Options> read_options(const Given& given) {
  Sources sources;
  Options options;
  options.file = file_to_read(given);
  if (!options.file.empty()) {
    TRY(const auto values, read_options_file(options.file));
    for (const auto& [name, value] : values) sources.emplace(name, Source{.texts = value.texts, .where = value.where});
  }
  TRY_VOID(take_variables(given, sources));
  take_flags(given, sources);
  for (const OptionRow& row : option_table()) {
    const auto source = sources.find(std::string(row.name));
    if (source == sources.end()) continue;
    std::string wrong = row.set(options, source->second.texts);
    if (!wrong.empty()) return OptionProblem{.where = source->second.where, .what = std::move(wrong)};
  }
  TRY_VOID(check(options, sources));
  return options;
}

}  // namespace sotto::server
