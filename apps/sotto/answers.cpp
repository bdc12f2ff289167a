#include "answers.hpp"

#include <unistd.h>

#include <boost/json.hpp>
#include <map>

#include "asking.hpp"
#include "printing.hpp"

namespace sotto::app {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* const found = object.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}
std::string line_of(const json::object& object, std::string_view name) { return printable_line(text_of(object, name)); }
std::string number_of(const json::object& object, std::string_view name) {
  return std::to_string(object.at(name).to_number<std::int64_t>());
}

void print_address(const json::object& answer) { print(text_of(answer, "address")); }

void print_contact(const json::object& answer) {
  print("added " + line_of(answer, "name") + " (account " + text_of(answer, "account") + ")");
  if (answer.at("pinned").as_bool()) return;
  print("The server was trusted for who that is: compare the safety number (`sotto verify`) before you rely on it.");
}

void print_sent(const json::object& answer) { print(text_of(answer, "id")); }

void print_safety(const json::object& answer) {
  print("Safety number with " + line_of(answer, "contact") + ":\n\n" +
        safety_number_text(text_of(answer, "safety_number")));
  if (isatty(STDOUT_FILENO) != 0) print(qr_text(text_of(answer, "link")));
  print(text_of(answer, "link"));
  print(answer.at("verified").as_bool() ? "\nverified"
                                        : "\nnot verified: compare it with theirs, then run this with --confirm");
}

void print_status(const json::object& answer) {
  print("version   " + text_of(answer, "version"));
  print("account   " + text_of(answer, "name") + " (" + text_of(answer, "account") + "), device " +
        number_of(answer, "device"));
  print("server    " + text_of(answer, "server") +
        (answer.at("reachable").as_bool() ? ", version " + line_of(answer, "server_version") + ", " +
                                                number_of(answer, "queued_at_server") + " waiting there"
                                          : ", not reachable: " + line_of(answer, "server_problem")));
  print("queue     " + number_of(answer, "unsent") + " to send, " + number_of(answer, "refused") +
        " envelopes refused so far");
  const bool is_sound = answer.at("store_sound").as_bool();
  print("store     " +
        (is_sound ? "sound, encrypted (" + text_of(answer, "store") + ")" : line_of(answer, "store_problem")));
}

void print_device(const json::object& device) {
  const std::string name = text_of(device, "name");
  print(number_of(device, "device") + "  " + (name.empty() ? "(its name can't be read yet)" : printable_line(name)) +
        (device.at("admin").as_bool() ? ", admin" : "") + (device.at("this").as_bool() ? ", this device" : ""));
}

void print_added_device(const json::object& answer) { print("added as device " + number_of(answer, "device")); }

void print_history_entry(const json::object& entry) { print(message_text(entry)); }

using Print = void (*)(const json::object&);
/// How an answer, or each of an answer's list, is printed.
const std::map<std::string, Print, std::less<>>& words_of() {
  static const std::map<std::string, Print, std::less<>> table{
      {"address", print_address},       {"contact.add", print_contact},     {"send", print_sent},
      {"verify", print_safety},         {"status", print_status},           {"device.list", print_device},
      {"history", print_history_entry}, {"device.add", print_added_device},
  };
  return table;
}

void print_one(const Settings& settings, const std::string& method, const json::value& one) {
  if (!one.is_object()) return;
  const auto found = words_of().find(method);
  if (settings.json || found == words_of().end()) return print(json::serialize(one));
  found->second(one.as_object());
}

/// An answer that is about something that did not go as it should.
ExitCode code_of(const Settings& settings, const json::value& answer) {
  if (!answer.is_object()) return ExitCode::done;
  const json::object& object = answer.as_object();
  if (const json::value* problem = object.if_contains("problem")) {
    const json::object& said = problem->as_object();
    const auto code = static_cast<rpc::Code>(said.at("code").to_number<std::int32_t>());
    return complain(rpc::Failure(code, text_of(said, "message")).problem());
  }
  const json::value* const is_sound = object.if_contains("store_sound");
  return is_sound != nullptr && !is_sound->as_bool() && !settings.json ? ExitCode::refused : ExitCode::done;
}

}  // namespace

ExitCode print_answer(const Settings& settings, const std::string& method, const json::value& answer) {
  if (answer.is_array()) {
    for (const json::value& one : answer.as_array()) print_one(settings, method, one);
  } else {
    print_one(settings, method, answer);
  }
  return code_of(settings, answer);
}

}  // namespace sotto::app
