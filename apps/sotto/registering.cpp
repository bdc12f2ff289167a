#include "registering.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <iostream>

#include "asking.hpp"
#include "passphrase.hpp"
#include "session.hpp"
#include "store/file.hpp"

namespace sotto::app {
namespace {

namespace json = boost::json;

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
  client::RegistrationWish wish{.server = *authority, .server_ca = *ca, .user_name = options.name};
  if (!options.replaces.empty()) {
    wish.replaces = wire::AccountId::from_text(options.replaces);
    if (!wish.replaces) return misuse("--replaces must be an account id, as a contact's `sotto contact list` shows it");
  }

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

}  // namespace

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

}  // namespace sotto::app
