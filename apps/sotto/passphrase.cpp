#include "passphrase.hpp"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "store/file.hpp"

namespace sotto::app {
namespace {

constexpr std::array interruptions{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
volatile std::sig_atomic_t interrupted_by = 0;

/// The terminal without echo, until it dies. What interrupts meanwhile takes effect when the echo is back; it is
/// blocked everywhere but in await_typing, or one that comes just before a read would be noted and the read wait for
/// ever.
class Silence {
 public:
  explicit Silence(int terminal) : terminal_(terminal) {
    sigset_t blocked;
    sigemptyset(&blocked);
    for (const int signal : interruptions) sigaddset(&blocked, signal);
    sigprocmask(SIG_BLOCK, &blocked, &mask_);
    struct sigaction note{};
    note.sa_handler = [](int signal) { interrupted_by = signal; };
    for (std::size_t i = 0; i < interruptions.size(); ++i) sigaction(interruptions[i], &note, &actions_[i]);
    tcgetattr(terminal_, &before_);
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(terminal_, TCSAFLUSH, &silent);
  }
  ~Silence() {
    tcsetattr(terminal_, TCSAFLUSH, &before_);
    for (std::size_t i = 0; i < interruptions.size(); ++i) sigaction(interruptions[i], &actions_[i], nullptr);
    if (interrupted_by != 0) raise(interrupted_by);
    sigprocmask(SIG_SETMASK, &mask_, nullptr);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

  /// False if it was interrupted before anything was typed.
  bool await_typing() const {
    pollfd wanted{terminal_, POLLIN, 0};
    return ppoll(&wanted, 1, nullptr, &mask_) > 0;
  }

 private:
  int terminal_;
  sigset_t mask_{};
  termios before_{};
  std::array<struct sigaction, interruptions.size()> actions_{};
};

std::optional<std::string> read_line(int terminal) {
  std::string line;
  char c = 0;
  while (true) {
    const ssize_t got = read(terminal, &c, 1);
    if (got <= 0) return std::nullopt;
    if (c == '\n') return line;
    line += c;
  }
}

void write_text(int terminal, const std::string& text) {
  if (write(terminal, text.data(), text.size()) < 0) return;  // the answer will be missing, too
}

client::Result<base::SecretBlob> from_file(const std::string& file) {
  auto bytes = store::read_small_file(file);
  if (!bytes) return client::refused("the passphrase file can't be read: " + bytes.error().message);
  const base::SecretBlob whole(*std::move(bytes));
  const base::View all = whole.expose();
  std::size_t size = 0;
  while (size < all.size() && all[size] != '\n' && all[size] != '\r') ++size;
  if (size == 0) return client::refused("the first line of " + file + " is empty; it must be the passphrase");
  return base::SecretBlob(base::blob(all.first(size)));
}

}  // namespace

std::optional<std::string> ask_on_terminal(const std::string& question, bool shows_typing) {
  const store::Descriptor terminal(open("/dev/tty", O_RDWR | O_CLOEXEC));
  if (!terminal) return std::nullopt;
  if (shows_typing) {
    write_text(terminal.raw(), question);
    return read_line(terminal.raw());
  }
  std::optional<std::string> typed;
  {
    const Silence silence(terminal.raw());  // before the question: who answers at once is not shown either
    write_text(terminal.raw(), question);
    if (silence.await_typing()) typed = read_line(terminal.raw());  // a whole line: the terminal is in its own mode
  }
  write_text(terminal.raw(), "\n");
  return typed;
}

client::Result<base::SecretBlob> read_passphrase(const Settings& settings, Asking asking) {
  if (!settings.passphrase_file.empty()) return from_file(settings.passphrase_file);
  const bool is_new = asking == Asking::twice;
  auto typed = ask_on_terminal(is_new ? "Choose a passphrase for this device: " : "Passphrase: ", false);
  if (!typed) return client::refused("no passphrase: there is no terminal to ask on, and no --passphrase-file");
  if (typed->empty()) return client::refused("an empty passphrase protects nothing");
  base::SecretBlob first = base::SecretBlob::taken_from(*typed);
  if (!is_new) return first;
  auto again = ask_on_terminal("Once more: ", false);
  if (!again) return client::refused("the passphrase was not repeated");
  const base::SecretBlob second = base::SecretBlob::taken_from(*again);
  if (!base::same(first.expose(), second.expose())) return client::refused("the two passphrases differ");
  return first;
}

}  // namespace sotto::app
