#include "server/operations/call.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <optional>
#include <system_error>

#include "server/operations/commands.hpp"
#include "server/operations/disclosure.hpp"

namespace sotto::server {
namespace {

namespace json = boost::json;

/// A blocking connection to the server's socket.
class Connection {
 public:
  explicit Connection(const std::filesystem::path& path) : file_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    is_open_ = ::connect(file_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Connection() { ::close(file_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool is_open() const { return is_open_; }
  bool write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t size = ::send(file_, text.data(), text.size(), MSG_NOSIGNAL);
      if (size <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
  }
  /// The next line; nothing at the end.
  std::optional<std::string> line() {
    for (;;) {
      const std::size_t end = pending_.find('\n');
      if (end != std::string::npos) {
        std::string line = pending_.substr(0, end);
        pending_.erase(0, end + 1);
        return line;
      }
      char bytes[65536];
      const ssize_t size = ::recv(file_, bytes, sizeof bytes, 0);
      if (size <= 0) return std::nullopt;
      pending_.append(bytes, static_cast<std::size_t>(size));
    }
  }

 private:
  int file_;
  bool is_open_ = false;
  std::string pending_;
};

std::string words(const json::value& value) {
  if (value.is_string()) return std::string(value.as_string());
  if (!value.is_double()) return json::serialize(value);
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value.as_double());
  return text;
}

/// `name  value` a line, what is inside an object or a list indented below its name.
void print(const json::value& value, const std::string& indent, std::ostream& out) {
  if (const auto* list = value.if_array()) {
    for (const json::value& entry : *list) {
      if (entry.is_primitive())
        out << indent << words(entry) << '\n';
      else
        print(entry, indent, out);
    }
    return;
  }
  std::size_t width = 0;
  for (const auto& [name, member] : value.as_object()) width = std::max(width, name.size());
  for (const auto& [name, member] : value.as_object()) {
    out << indent << std::string_view(name);
    if (member.is_primitive()) {
      out << std::string(width + 2 - name.size(), ' ') << words(member) << '\n';
    } else {
      out << '\n';
      print(member, indent + "  ", out);
    }
  }
}

using Lines = std::vector<json::object>;

/// Names of members above, a line each; columns as wide as they need.
void print_table(const Lines& lines, std::ostream& out) {
  if (lines.empty()) return;
  std::vector<std::vector<std::string>> cells(1);
  for (const auto& [name, value] : lines.front()) {
    cells.front().emplace_back(name);
    for (char& c : cells.front().back()) c = c == '_' ? ' ' : static_cast<char>(std::toupper(c));
  }
  for (const json::object& line : lines) {
    cells.emplace_back();
    for (const auto& [name, value] : line) cells.back().push_back(value.is_null() ? "-" : words(value));
  }
  std::vector<std::size_t> widths(cells.front().size());
  for (const auto& row : cells) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : cells) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) out << row[i] << std::string(widths[i] + 2 - row[i].size(), ' ');
    out << row.back() << '\n';
  }
}

}  // namespace

int print_answer(const json::object& answer, Printed printed, std::ostream& out, std::ostream& err) {
  json::object rest = answer;
  const json::value* const wrong = answer.if_contains("error");
  rest.erase("error");
  if (printed == Printed::as_json) {
    out << json::serialize(answer) << '\n';
  } else {
    if (!rest.empty()) print(rest, "", out);
    if (wrong) err << "sotto-server: " << words(*wrong) << '\n';
  }
  out << std::flush;
  return wrong ? 1 : 0;
}

int call(const Options& options, const Question& question, std::ostream& out, std::ostream& err) {
  Connection connection(options.socket_path());
  json::object request;
  request["command"] = question.command;
  request["arguments"] = json::array(question.arguments.begin(), question.arguments.end());
  if (!connection.is_open() || !connection.write(json::serialize(request) + "\n")) {
    err << "sotto-server: no server answers at " << options.socket_path().string() << " ("
        << std::generic_category().message(errno) << ")\n";
    return 1;
  }
  const Command* const command = command_named(question.command);
  const Shown shown = command ? command->shown : Shown::members;
  std::optional<int> code;
  if (shown == Shown::table) code = 0;  // may well be empty
  Lines table;
  for (auto line = connection.line(); line; line = connection.line()) {
    json::error_code failure;
    const json::value answer = json::parse(*line, failure);
    if (failure || !answer.is_object()) break;
    const bool is_laid_out = question.printed == Printed::for_people && !answer.as_object().contains("error");
    if (is_laid_out && shown == Shown::table)
      table.push_back(answer.as_object());  // its columns are as wide as the widest
    else if (is_laid_out && shown == Shown::disclosure)
      code = 0, print_disclosure(answer.as_object(), out);
    else
      code = std::max(code.value_or(0), print_answer(answer.as_object(), question.printed, out, err));
  }
  print_table(table, out);
  if (!code) err << "sotto-server: the server gave no answer; it takes commands of root and of its own user\n";
  return code.value_or(1);
}

}  // namespace sotto::server
