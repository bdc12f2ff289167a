#include "session.hpp"

#include <cstdlib>
#include <iostream>

#include "passphrase.hpp"
#include "printing.hpp"

namespace sotto::app {
namespace {

constexpr std::chrono::seconds folder_patience{5};

}  // namespace

std::filesystem::path data_path(const Settings& settings) {
  if (!settings.data.empty()) return settings.data;
  if (const char* data_home = std::getenv("XDG_DATA_HOME"); data_home != nullptr && *data_home == '/') {
    return std::filesystem::path(data_home) / "sotto";
  }
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home != nullptr ? home : ".") / ".local/share/sotto";
}

Session::Session(store::DataFolder folder, std::unique_ptr<store::Store> store, const Settings& settings)
    : folder_(std::move(folder)),
      store_(std::move(store)),
      engine_({.store = *store_,
               .transport = transport_,
               .timer = timer_,
               .clock = clock_,
               .random = random_,
               .watch =
                   [this, is_verbose = settings.verbose](client::Step step) {
                     if (is_verbose) std::cerr << "sotto: " << client::to_text(step) << '\n' << std::flush;
                     if (also_watch_) also_watch_(step);
                   },
               .warn =
                   [](const client::Problem& problem) {
                     std::cerr << "sotto: " << printable_line(problem.message) << '\n' << std::flush;
                   },
               .notify =
                   [](const store::Notice& notice) {
                     std::cerr << "sotto: " << (notice.is_loud() ? "ATTENTION: " : "") << printable_line(notice.words)
                               << '\n'
                               << std::flush;
                   },
               .overhear =
                   [this](const client::admission::Overheard& said) {
                     if (also_overhear_) also_overhear_(said);
                   }}) {
  if (settings.verbose) std::cerr << "sotto: store open\n" << std::flush;
}

client::Result<std::unique_ptr<Session>> Session::open(const Settings& settings) {
  const std::filesystem::path path = data_path(settings);
  if (!std::filesystem::exists(path)) {
    return client::refused(path.string() + " holds no account: run `sotto register` first");
  }
  auto folder = store::DataFolder::claim(path, folder_patience);
  if (!folder) return client::Problem(folder.error());
  TRY(const base::SecretBlob passphrase, read_passphrase(settings, Asking::once));
  auto store = store::Store::open(*folder, passphrase.expose());
  if (!store) return client::Problem(store.error());
  return std::unique_ptr<Session>(new Session(*std::move(folder), *std::move(store), settings));
}

client::Result<std::unique_ptr<Session>> Session::open_or_create(const Settings& settings, bool fastest_kdf) {
  auto folder = store::DataFolder::claim(data_path(settings), folder_patience);
  if (!folder) return client::Problem(folder.error());
  const bool is_new = !folder->has_store();
  TRY(const base::SecretBlob passphrase, read_passphrase(settings, is_new ? Asking::twice : Asking::once));
  crypto::SystemRandom random;
  auto store = is_new ? store::Store::create(*folder, passphrase.expose(),
                                             fastest_kdf ? store::fastest_allowed : store::calibrated(), random)
                      : store::Store::open(*folder, passphrase.expose());
  if (!store) return client::Problem(store.error());
  return std::unique_ptr<Session>(new Session(*std::move(folder), *std::move(store), settings));
}

}  // namespace sotto::app
