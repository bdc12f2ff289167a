#include "commands.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdlib>
#include <iostream>
#include <iterator>

#include "asking.hpp"
#include "base/check.hpp"
#include "device_commands.hpp"
#include "passphrase.hpp"
#include "printing.hpp"
#include "session.hpp"

namespace sotto::app {
namespace {

namespace json = boost::json;

// register

struct RegisterOptions {
  std::string server;
  std::string name;
  std::string server_ca;
  std::string recovery_key_file;
  std::string kdf;
};

std::string recovery_sheet(const wire::RecoveryKey& key) {
  std::string sheet =
      "Recovery key (the only way back if this device is lost; write it down, keep it on paper):\n\n  " +
      wire::to_text(key) + "\n\nThe same as words:\n";
  const auto words = wire::to_words(key);
  for (std::size_t i = 0; i < words.size(); ++i) sheet += (i % 8 == 0 ? "\n  " : " ") + words[i];
  return sheet + "\n";
}

/// A new file, mode 0600; never over an existing one.
client::Result<void> write_recovery_key(const std::string& file, const wire::RecoveryKey& key) {
  const store::Descriptor opened(open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!opened && errno == EEXIST) {
    return client::refused(file +
                           " is there already and is not overwritten: it may be the key of an account. Name another "
                           "file; delete this one only if you know that no account was made with it");
  }
  if (!opened)
    return client::refused("the recovery key can't be written: " + store::problem_of_errno(errno, file).message);
  const std::string text = wire::to_text(key) + "\n";
  const bool is_written = write(opened.raw(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (!is_written || fsync(opened.raw()) != 0) {
    const int why = errno;
    unlink(file.c_str());
    return client::refused("the recovery key can't be written: " + store::problem_of_errno(why, file).message);
  }
  return {};
}

client::Result<void> ask_back(const wire::RecoveryKey& key) {
  for (int attempt = 0; attempt < 3; ++attempt) {
    const auto typed = ask_on_terminal("\nType the recovery key from your paper: ", true);
    if (!typed) break;
    const auto read = wire::parse_recovery_key(*typed);
    if (read && base::same(read->expose(), key.expose())) return {};
    std::cerr << (read ? "that is another recovery key" : read.error().message) << '\n';
  }
  return client::refused("the recovery key was not repeated; nothing was registered");
}

/// Shows or writes the key before anything depends on it.
client::Result<void> hand_out(const wire::RecoveryKey& key, const RegisterOptions& options, bool as_json) {
  if (!options.recovery_key_file.empty()) return write_recovery_key(options.recovery_key_file, key);
  if (as_json) {
    print(json::serialize(json::object{{"event", "recovery_key"}, {"recovery_key", wire::to_text(key)}}));
    return {};
  }
  print(recovery_sheet(key));
  if (isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0) return ask_back(key);
  return {};
}

ExitCode report_registered(Session& session, const Settings& settings) {
  const auto link = session.engine().address();
  if (!link) return complain(link.error());
  if (settings.json) {
    print(json::serialize(
        json::object{{"event", "registered"}, {"account", link->account_id.text()}, {"address", link->text()}}));
  } else {
    print("registered at " + link->home_server + " as account " + link->account_id.text());
  }
  return ExitCode::done;
}

ExitCode register_new(Session& session, const Settings& settings, const RegisterOptions& options) {
  const auto authority = wire::Authority::from_url(options.server);
  if (!authority) return misuse("--server must be https://HOST or https://HOST:PORT");
  const auto ca = read_ca(options.server_ca);
  if (!ca) return complain(ca.error());
  const client::RegistrationWish wish{.server = *authority, .server_ca = *ca, .user_name = options.name};

  const auto invitation = session.wait(session.engine().prepare_registration(wish));
  if (!invitation) return complain(invitation.error());
  const wire::RecoveryKey key = wire::make_recovery_key(session.random());
  const auto handed_out = hand_out(key, options, settings.json);
  if (!handed_out) return complain(handed_out.error());
  const auto registered = session.wait(session.engine().register_account(wish, *invitation, key));
  if (!registered) {
    const auto pending = session.engine().has_pending_registration();
    const auto has_account = session.engine().has_account();
    const bool is_void = pending && has_account && !*pending && !*has_account;
    if (is_void && !options.recovery_key_file.empty()) unlink(options.recovery_key_file.c_str());
    std::cerr << (is_void ? "sotto: nothing was registered; this recovery key belongs to no account\n"
                          : "sotto: whether the account was registered is not known yet; keep the recovery key and run "
                            "`sotto register` again\n");
    return complain(registered.error());
  }
  return report_registered(session, settings);
}

ExitCode run_register(const Settings& settings, const RegisterOptions& options) {
  if (!options.kdf.empty() && options.kdf != "fastest-allowed") return misuse("--kdf knows only fastest-allowed");
  auto session = Session::open_or_create(settings, options.kdf == "fastest-allowed");
  if (!session) return complain(session.error());
  const auto pending = (*session)->engine().has_pending_registration();
  if (!pending) return complain(pending.error());
  if (!*pending) {
    const auto has_account = (*session)->engine().has_account();
    if (!has_account) return complain(has_account.error());
    if (*has_account)
      return complain(client::refused("this folder holds an account already; choose another with --data"));
    return register_new(**session, settings, options);
  }
  // The answer to an earlier run never came: the very same request again.
  const auto finished = (*session)->wait((*session)->engine().resume_registration());
  if (!finished) return complain(finished.error());
  return report_registered(**session, settings);
}

// the others

ExitCode run_address(Session& session, const Settings& settings) {
  const auto link = session.engine().address();
  if (!link) return complain(link.error());
  if (settings.json) {
    print(json::serialize(
        json::object{{"address", link->text()}, {"account", link->account_id.text()}, {"server", link->home_server}}));
  } else {
    print(link->text());
  }
  return ExitCode::done;
}

ExitCode run_contact_add(Session& session, const Settings& settings, const std::string& whom,
                         const std::string& nickname) {
  const auto name = nickname.empty() ? std::nullopt : std::optional<std::string>(nickname);
  const auto added = session.wait(session.engine().add_contact(whom, name));
  if (!added) return complain(added.error());
  if (settings.json) {
    print(json::serialize(json::object{{"event", "contact"},
                                       {"account", added->contact.account_id.text()},
                                       {"name", added->contact.name()},
                                       {"pinned", added->is_pinned}}));
    return ExitCode::done;
  }
  print("added " + printable_line(added->contact.name()) + " (account " + added->contact.account_id.text() + ")");
  if (!added->is_pinned) {
    print("The server was trusted for who that is: compare the safety number (`sotto verify`) before you rely on it.");
  }
  return ExitCode::done;
}

/// At most one byte more than may be sent, so that the engine's limit speaks.
std::string read_standard_input() {
  std::string text;
  std::istreambuf_iterator<char> from(std::cin);
  for (const std::istreambuf_iterator<char> end; from != end && text.size() <= wire::max_text; ++from) text += *from;
  return text;
}

ExitCode run_send(Session& session, const Settings& settings, const std::string& contact, std::string text) {
  const auto queued = session.engine().enqueue(contact, std::move(text));
  if (!queued) return complain(queued.error());
  const auto drained = session.wait(session.engine().drain_outbox());
  const auto after = session.engine().message(queued->id);
  if (!after) return complain(after.error());
  if (settings.json) {
    print(json::serialize(json::object{{"event", "sent"},
                                       {"id", hex_id(*after)},
                                       {"conversation", after->conversation.text()},
                                       {"seq", after->seq},
                                       {"sent_at", after->sent_at.ms},
                                       {"state", store::to_text(after->state)}}));
  } else {
    print(hex_id(*after));
  }
  if (after->state == store::State::failed) return complain(client::refused("not sent: " + after->reason));
  if (after->state == store::State::sent) return ExitCode::done;
  if (!drained) return complain(drained.error());
  return complain(client::refused("the message waits behind another one of this conversation"));
}

struct ReceiveOptions {
  bool follow = false;
  double wait_seconds = 0;
};

ExitCode run_receive(Session& session, const Settings& settings, const ReceiveOptions& options) {
  const auto tell = [&](const client::Event& event) { print(settings.json ? event_json(event) : event_text(event)); };
  const auto patience = options.follow
                            ? std::nullopt
                            : std::optional(net::Duration(static_cast<std::int64_t>(options.wait_seconds * 1000)));
  const auto ended = session.wait(session.engine().receive(patience, tell));
  if (!ended) return complain(ended.error());
  return ExitCode::done;
}

ExitCode run_history(Session& session, const Settings& settings, const std::string& contact, std::int64_t last) {
  const auto events = session.engine().history(contact, last > 0 ? std::optional(last) : std::nullopt);
  if (!events) return complain(events.error());
  for (const client::Event& event : *events) print(settings.json ? history_json(event) : event_text(event));
  return ExitCode::done;
}

ExitCode run_verify(Session& session, const Settings& settings, const std::string& contact, bool confirm) {
  const auto safety = session.engine().verify(contact, confirm);
  if (!safety) return complain(safety.error());
  if (settings.json) {
    print(json::serialize(json::object{{"contact", safety->contact_name},
                                       {"safety_number", safety->digits},
                                       {"link", safety->link},
                                       {"verified", safety->is_verified}}));
    return ExitCode::done;
  }
  print("Safety number with " + printable_line(safety->contact_name) + ":\n\n" + safety_number_text(safety->digits));
  if (isatty(STDOUT_FILENO) != 0) print(qr_text(safety->link));
  print(safety->link);
  print(safety->is_verified ? "\nverified" : "\nnot verified: compare it with theirs, then run this with --confirm");
  return ExitCode::done;
}

ExitCode run_status(Session& session, const Settings& settings) {
  const auto status = session.wait(session.engine().status());
  if (!status) return complain(status.error());
  const store::OwnAccount& own = status->own;
  if (settings.json) {
    const json::object made{{"version", SOTTO_VERSION},
                            {"server", own.server},
                            {"server_version", status->server ? json::value(status->server->version) : json::value()},
                            {"reachable", status->server.has_value()},
                            {"account", own.account_id.text()},
                            {"name", own.user_name},
                            {"device", own.device.value},
                            {"unsent", status->unsent},
                            {"refused", status->refused},
                            {"queued_at_server", status->server ? json::value(status->server->queued) : json::value()},
                            {"store", store::library_version()},
                            {"store_sound", status->store_problem.empty()}};
    print(json::serialize(made));
    return ExitCode::done;
  }
  print("version   " + std::string(SOTTO_VERSION));
  print("account   " + own.user_name + " (" + own.account_id.text() + "), device " + std::to_string(own.device.value));
  print("server    " + own.server +
        (status->server
             ? ", version " + status->server->version + ", " + std::to_string(status->server->queued) + " waiting there"
             : ", not reachable: " + printable_line(status->server_problem)));
  print("queue     " + std::to_string(status->unsent) + " to send, " + std::to_string(status->refused) +
        " envelopes refused so far");
  const bool is_sound = status->store_problem.empty();
  print("store     " + (is_sound ? "sound, encrypted (" + store::library_version() + ")" : status->store_problem));
  return is_sound ? ExitCode::done : ExitCode::refused;
}

class AllCommands final : public Commands {
 public:
  AllCommands(CLI::App& app, Settings& settings) : settings_(settings) {
    add_register(app);
    add_simple(app, "address", "The contact link of this account, to give to others", run_address);
    add_contact(app);
    add_send(app);
    add_receive(app);
    add_history(app);
    add_verify(app);
    add_device(app);
    add_simple(app, "status", "Server, account, queue, store, version", run_status);
  }

  ExitCode run() override {
    CHECK(chosen_);
    return chosen_();
  }

 private:
  using Body = std::function<ExitCode(Session&)>;

  void with_session(CLI::App* command, Body body) {
    command->callback([this, body] {
      chosen_ = [this, body]() -> ExitCode {
        const auto session = Session::open(settings_);
        if (!session) return complain(session.error());
        return body(**session);
      };
    });
  }

  void add_simple(CLI::App& app, const std::string& name, const std::string& what,
                  ExitCode (*body)(Session&, const Settings&)) {
    with_session(app.add_subcommand(name, what), [this, body](Session& session) { return body(session, settings_); });
  }

  void add_register(CLI::App& app) {
    CLI::App* command = app.add_subcommand("register", "Make an account on a server");
    command->add_option("--server", register_.server, "https://HOST:PORT")->required();
    command->add_option("--name", register_.name, "The user name: 3 to 32 of a-z 0-9 . _ -")->required();
    command->add_option("--server-ca", register_.server_ca, "The CA of a server that made its own certificate (PEM)");
    command->add_option("--recovery-key-file", register_.recovery_key_file,
                        "Write the recovery key there (mode 0600) instead of showing it");
    command->add_option("--kdf", register_.kdf, "fastest-allowed: the floor of the passphrase's cost, for tests");
    command->callback([this] { chosen_ = [this] { return run_register(settings_, register_); }; });
  }

  void add_contact(CLI::App& app) {
    CLI::App* contact = app.add_subcommand("contact", "People");
    contact->require_subcommand(1);
    CLI::App* add = contact->add_subcommand("add", "Add by contact link, or by user name of the own server");
    add->add_option("LINK-or-NAME", whom_, "sotto-contact:… or a user name")->required();
    add->add_option("--as", nickname_, "What you call them");
    add->fallthrough();
    contact->fallthrough();
    with_session(add, [this](Session& session) { return run_contact_add(session, settings_, whom_, nickname_); });
  }

  void add_device(CLI::App& app) {
    CLI::App* device = app.add_subcommand("device", "The devices of this account");
    device->require_subcommand(1);
    device->fallthrough();
    CLI::App* link = device->add_subcommand("link", "Make this folder another device of an account");
    link->add_option("--server", link_.server, "https://HOST:PORT of the account's server")->required();
    link->add_option("--server-ca", link_.server_ca, "The CA of a server that made its own certificate (PEM)");
    link->add_option("--name", link_.name, "What this device is called (default: the machine's name)");
    link->add_option("--kdf", link_.kdf, "fastest-allowed: the floor of the passphrase's cost, for tests");
    link->fallthrough();
    link->callback([this] { chosen_ = [this] { return run_device_link(settings_, link_); }; });
    CLI::App* add = device->add_subcommand("add", "Add the device that shows this link, and nothing that was sent");
    add->add_option("LINK", whom_, "sotto-device:…, as the new device shows it")->required();
    add->add_option("--name", change_.name, "What it is called (default: what it says itself)");
    add->fallthrough();
    with_session(add, [this](Session& session) { return run_device_add(session, settings_, whom_, change_.name); });
    add_device_change(device, "rename", "Call a device something else", run_device_rename)
        ->add_option("NAME", change_.name, "At most 64 bytes")
        ->required();
    add_device_change(device, "remove", "Take a device off the list; an admin needs the recovery key",
                      run_device_remove)
        ->add_option("--recovery-key-file", change_.recovery_key_file,
                     "The recovery key: all devices but this one lose their say");
    add_device_change(device, "promote", "Make a device an admin: it may add and remove devices", run_device_promote);
    CLI::App* list = device->add_subcommand("list", "All devices of this account");
    list->fallthrough();
    with_session(list, [this](Session& session) { return run_device_list(session, settings_); });
  }

  CLI::App* add_device_change(CLI::App* device, const std::string& name, const std::string& what,
                              ExitCode (*body)(Session&, const Settings&, const DeviceChange&)) {
    CLI::App* command = device->add_subcommand(name, what);
    command->add_option("NUMBER", change_.number, "As `sotto device list` shows it")
        ->required()
        ->check(CLI::Range(1, 127));
    command->fallthrough();
    with_session(command, [this, body](Session& session) { return body(session, settings_, change_); });
    return command;
  }

  void add_send(CLI::App& app) {
    CLI::App* command = app.add_subcommand("send", "Send a text; prints the message's id");
    command->add_option("CONTACT", whom_, "Nickname, account id or user name")->required();
    command->add_option("TEXT", words_, "The text; - reads standard input")
        ->required()
        ->allow_extra_args(false);  // else "[a,b]" is taken for a list
    with_session(command, [this](Session& session) {
      std::string text;
      const bool is_from_input = words_.size() == 1 && words_.front() == "-";
      if (is_from_input) text = read_standard_input();
      for (std::size_t i = 0; !is_from_input && i < words_.size(); ++i) text += (i > 0 ? " " : "") + words_[i];
      return run_send(session, settings_, whom_, std::move(text));
    });
  }

  void add_receive(CLI::App& app) {
    CLI::App* command = app.add_subcommand("receive", "Receive and show what came");
    command->add_flag("--follow", receive_.follow, "Go on until interrupted");
    command
        ->add_option("--wait", receive_.wait_seconds,
                     "End after this many seconds without a message (0: what is there)")
        ->check(CLI::Range(0.0, 86'400.0))
        ->check(
            [](const std::string& typed) { return typed.find_first_of("nN") == std::string::npos ? "" : "a number"; });
    with_session(command, [this](Session& session) { return run_receive(session, settings_, receive_); });
  }

  void add_history(CLI::App& app) {
    CLI::App* command = app.add_subcommand("history", "The conversation with a contact, oldest first");
    command->add_option("CONTACT", whom_, "Nickname, account id or user name")->required();
    command->add_option("--last", last_, "Only the last N")->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40));
    with_session(command, [this](Session& session) { return run_history(session, settings_, whom_, last_); });
  }

  void add_verify(CLI::App& app) {
    CLI::App* command = app.add_subcommand("verify", "The safety number with a contact");
    command->add_option("CONTACT", whom_, "Nickname, account id or user name")->required();
    command->add_flag("--confirm", confirm_, "You compared it: mark the contact as verified");
    with_session(command, [this](Session& session) { return run_verify(session, settings_, whom_, confirm_); });
  }

  Settings& settings_;
  std::function<ExitCode()> chosen_;
  RegisterOptions register_;
  ReceiveOptions receive_;
  LinkOptions link_;
  DeviceChange change_;
  std::string whom_;
  std::string nickname_;
  std::vector<std::string> words_;
  std::int64_t last_ = 0;
  bool confirm_ = false;
};

}  // namespace

std::unique_ptr<Commands> add_commands(CLI::App& app, Settings& settings) {
  return std::make_unique<AllCommands>(app, settings);
}

}  // namespace sotto::app
