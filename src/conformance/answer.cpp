#include "conformance/answer.hpp"

#include "conformance/operations.hpp"

namespace sotto::conformance {

namespace json = boost::json;

namespace {

constexpr std::string_view no_id = "null";

std::string written(std::string_view id, std::string_view kind, const json::object& content) {
  return "{\"id\":" + std::string(id) + ",\"" + std::string(kind) + "\":" + json::serialize(content) + "}";
}

std::string refused(std::string_view id, const Failure& failure) {
  return written(id, "error", {{"code", failure.code}, {"message", failure.message}});
}

std::size_t skip_spaces(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r')) ++at;
  return at;
}

// The end of the value that begins at `at`, in a text that is known to be JSON.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  int depth = 0;
  for (bool is_string = false; at < text.size(); ++at) {
    const char c = text[at];
    if (is_string) {
      if (c == '\\') ++at;
      if (c == '"') is_string = false;
      continue;
    }
    if (c == '"') is_string = true;
    if (depth == 0 && (c == ',' || c == '}' || c == ']')) break;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
  }
  return at;
}

// The id as it is written in the line, so that it comes back unchanged whatever number it is.
std::string_view id_of(std::string_view line) {
  std::string_view id = no_id;
  std::size_t at = skip_spaces(line, line.find('{') + 1);
  while (at < line.size() && line[at] == '"') {
    std::size_t key_end = at + 1;
    while (line[key_end] != '"') key_end += line[key_end] == '\\' ? 2u : 1u;
    const std::string_view key = line.substr(at + 1, key_end - at - 1);
    const std::size_t begin = skip_spaces(line, line.find(':', key_end) + 1), end = end_of_value(line, begin);
    if (key == "id") id = line.substr(begin, end - begin);
    at = skip_spaces(line, std::min(line.size(), end + 1));
  }
  return id;
}

json::value parse(std::string_view line, json::error_code& error) {
  json::parse_options options;
  options.max_depth = 1'000;
  return json::parse(line, error, {}, options);
}

Answer perform(World& world, const json::object& request) {
  const Members members(request);
  TRY(const std::string name, members.text("op"));
  const Operation operation = find_operation(name);
  if (operation == nullptr) return invalid_request("there is no such operation");
  return operation(world, members);
}

}  // namespace

std::string answer(World& world, std::string_view line) {
  json::error_code error;
  const json::value request = parse(line, error);
  if (error) return refused(no_id, invalid_request("the line is not JSON: " + error.message()));
  if (!request.is_object()) return refused(no_id, invalid_request("the line is not a JSON object"));
  const std::string_view id = id_of(line);
  try {
    const Answer outcome = perform(world, request.get_object());
    return outcome ? written(id, "ok", *outcome) : refused(id, outcome.error());
  } catch (const std::bad_alloc&) {
    return refused(id, invalid_request("there is not enough memory for that"));
  }
}

std::string answer_overlong(std::size_t limit) {
  return refused(no_id, invalid_request("the line is longer than " + std::to_string(limit) + " bytes"));
}

}  // namespace sotto::conformance
