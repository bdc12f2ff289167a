#include "answers.hpp"

#include <unistd.h>

#include <boost/json.hpp>
#include <map>

#include "asking.hpp"
#include "printing.hpp"

namespace sotto::app {
namespace {

namespace json = boost::json;

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

void print_given_history(const json::object& answer) {
  if (!answer.at("complete").as_bool()) print("the rest goes when both devices are connected again");
}

std::string standing_of(const json::object& person) {
  const std::string standing = text_of(person, "standing");
  if (standing == "blocked") return ", blocked";
  return person.at("verified").as_bool() ? ", verified" : "";
}

void print_person(const json::object& person) {
  print(line_of(person, "name") + "  " + text_of(person, "account") + standing_of(person));
}

void print_request(const json::object& person) {
  std::string words = text_of(person, "account") + "  claims to be " + line_of(person, "name") + ", " +
                      number_of(person, "messages") + " waiting";
  const std::string looks_like = line_of(person, "looks_like");
  if (!looks_like.empty()) words += "\n  CAREFUL: that looks like " + looks_like + ", and is somebody else";
  print(words);
}

void print_changed_contact(const json::object& answer) {
  print(line_of(answer, "name") + ": " + text_of(answer, "standing"));
  const std::string later = line_of(answer, "later");
  if (!later.empty()) print("others learn of it with the next connection (" + later + ")");
}

void print_move(const json::object& answer) {
  print("written to at " + line_of(answer, "to") + " from now on, no longer at " + line_of(answer, "from"));
}

void print_link(const json::object& answer) {
  const std::string last_day = text_of(answer, "last_day"), later = line_of(answer, "later");
  print(line_of(answer, "label") + "  " + text_of(answer, "link") + (last_day.empty() ? "" : "  until " + last_day));
  if (!later.empty()) print("it works once the server knows of it: " + later);
}

void print_later(const json::object& answer) {
  print("kept, and sent with the next connection (" + line_of(answer, "later") + ")");
}

void print_read(const json::object& answer) { print(number_of(answer, "count") + " marked as read"); }

void print_setting(const json::object& one) {
  print(text_of(one, "name") + "  " + (one.at("on").as_bool() ? "on" : "off") + "  (" + text_of(one, "what") + ")");
}

void print_profile(const json::object& answer) { print(line_of(answer, "name")); }

void print_finding(const json::object& finding) {
  const bool is_well = finding.at("ok").as_bool();
  print((is_well ? "ok    " : "LOOK  ") + text_of(finding, "check") + ": " + line_of(finding, "words"));
  if (!is_well) print("      " + line_of(finding, "next"));
}

void print_history_entry(const json::object& entry) { print(message_text(entry)); }

using Print = void (*)(const json::object&);
/// How an answer, or each of an answer's list, is printed.
const std::map<std::string, Print, std::less<>>& words_of() {
  static const std::map<std::string, Print, std::less<>> table{
      {"address", print_address},
      {"contact.add", print_contact},
      {"contact.list", print_person},
      {"contact.rename", print_changed_contact},
      {"contact.block", print_changed_contact},
      {"contact.unblock", print_changed_contact},
      {"contact.trust_anyway", print_changed_contact},
      {"contact.allow_move", print_move},
      {"contact.reset", print_changed_contact},
      {"request.list", print_request},
      {"request.accept", print_changed_contact},
      {"request.delete", print_changed_contact},
      {"link.create", print_link},
      {"link.list", print_link},
      {"send", print_sent},
      {"react", print_later},
      {"edit", print_later},
      {"delete", print_later},
      {"timer", print_later},
      {"read", print_read},
      {"settings.list", print_setting},
      {"profile", print_profile},
      {"doctor", print_finding},
      {"verify", print_safety},
      {"status", print_status},
      {"device.list", print_device},
      {"device.add", print_added_device},
      {"device.history", print_given_history},
      {"history", print_history_entry},
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
