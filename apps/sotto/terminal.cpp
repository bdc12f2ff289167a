#include "terminal.hpp"

#include <unistd.h>

#include <boost/json.hpp>
#include <iostream>

#include "asking.hpp"
#include "passphrase.hpp"
#include "printing.hpp"
#include "store/file.hpp"

namespace sotto::app {
namespace {

namespace json = boost::json;

void say_beside(const std::string& words) { std::cerr << words << '\n' << std::flush; }

client::Result<std::string> read_recovery_key(const std::string& file) {
  if (file.empty())
    return client::refused("removing an admin asks for the recovery key: name its file with --recovery-key-file");
  const auto bytes = store::read_small_file(file);
  if (!bytes) return client::refused("the recovery key can't be read: " + bytes.error().message);
  return base::text(*bytes);
}

std::string history_text(const json::object& event) {
  const auto number = [&](std::string_view name) { return std::to_string(event.at(name).to_number<std::int64_t>()); };
  const bool is_coming = event.at("coming").as_bool();
  const std::string words = "history " + std::string(is_coming ? "from" : "to") + " device " + number("device") + ": " +
                            number("done") + " of " + number("total") + " messages";
  return words + (event.at("complete").as_bool() ? ", complete" : "");
}

}  // namespace

void Terminal::print_event(const json::object& event) const {
  const std::string kind = text_of(event, "event");
  if (kind == "warning") return say_beside("sotto: " + printable_line(text_of(event, "text")));
  if (kind == "notice") {
    const bool is_loud = event.at("loud").as_bool();
    return say_beside(std::string("sotto: ") + (is_loud ? "ATTENTION: " : "") + printable_line(text_of(event, "text")));
  }
  if (settings_.json) return print(json::serialize(event));
  if (kind == "typing") {
    const bool is_typing = event.at("on").as_bool();
    return say_beside(printable_line(text_of(event, "name")) + (is_typing ? " is writing…" : " has stopped writing"));
  }
  if (kind == "history") return say_beside(history_text(event));
  if (kind == "message") return print(message_text(event));
  if (kind == "code") return print("\n  Code: " + code_text(text_of(event, "code")) + "\n\nType it in there.");
  print(json::serialize(event));
}

rpc::asio::awaitable<rpc::Result<void>> Terminal::tell(json::object event) {
  print_event(event);
  co_return rpc::Result<void>();
}

client::Result<std::string> Terminal::answer(const json::object& question) const {
  const std::string what = text_of(question, "question");
  if (what == "passphrase") {
    say_beside(text_of(question, "words"));
    TRY(const base::SecretBlob passphrase, read_passphrase(settings_, Asking::once));
    return base::text(passphrase.expose());
  }
  if (what == "code") {
    say_beside("There waits " + printable_line(text_of(question, "kind")) + " that calls itself \"" +
               printable_line(text_of(question, "name")) + "\".");
    return app::ask("The code that it shows: ");
  }
  if (what == "consent") {
    if (isatty(STDIN_FILENO) == 0) return std::string("no");  // a script says so by an option
    say_beside(printable_line(text_of(question, "words")));
    return app::ask("Type yes, or nothing: ");
  }
  if (what == "recovery_key") return read_recovery_key(recovery_key_file_);
  return client::refused("this program does not know the question \"" + printable_line(what) +
                         "\": it is older than the daemon");
}

rpc::asio::awaitable<rpc::Result<std::string>> Terminal::ask(json::object question) {
  co_return rpc::from(answer(question));
}

}  // namespace sotto::app
