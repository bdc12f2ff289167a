#include "server/route.hpp"

namespace sotto::server {
namespace {

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// The segments that stand for {…}; nothing if the path is another.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  const auto wanted = split(pattern, '/'), given = split(path, '/');
  if (wanted.size() != given.size()) return std::nullopt;
  std::vector<std::string> segments;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const bool is_open = wanted[i].starts_with('{');
    if (is_open ? given[i].empty() : wanted[i] != given[i]) return std::nullopt;
    if (is_open) segments.emplace_back(given[i]);
  }
  return segments;
}

std::map<std::string, std::string> parameters_of(std::string_view query) {
  std::map<std::string, std::string> parameters;
  if (query.empty()) return parameters;
  for (const std::string_view pair : split(query, '&')) {
    const std::size_t equals = pair.find('=');
    const auto name = pair.substr(0, equals);
    parameters.emplace(name, equals == std::string_view::npos ? "" : pair.substr(equals + 1));
  }
  return parameters;
}

}  // namespace

RouteMatch route_for(std::string_view method, std::string_view target) {
  const std::size_t question = target.find('?');
  const std::string_view path = target.substr(0, question);
  RouteMatch found;
  for (const Route& route : routes()) {
    auto segments = match(route.path, path);
    if (!segments) continue;
    if (route.method != method) {
      found.allowed += (found.allowed.empty() ? "" : ", ") + std::string(route.method);
      continue;
    }
    found.route = &route;
    found.segments = *std::move(segments);
    if (question != std::string_view::npos) found.parameters = parameters_of(target.substr(question + 1));
    return found;
  }
  return found;
}

}  // namespace sotto::server
