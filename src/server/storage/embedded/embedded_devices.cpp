#include "server/storage/embedded/embedded_devices.hpp"

namespace sotto::server {

asio::awaitable<Stored<std::optional<KnownDevice>>> EmbeddedDevices::with_token(base::Bytes<32> token_hash) {
  if (const KnownDevice* known = cache_.tokens.find(token_hash)) co_return std::optional(*known);
  const auto since = cache_.tokens.age();
  const auto found = co_await engine_.read(tables::device_with_token, token_hash);
  if (found && *found) cache_.tokens.keep(token_hash, **found, since);
  co_return found;
}

asio::awaitable<Stored<std::optional<KnownDevice>>> EmbeddedDevices::at(wire::MailboxId mailbox) {
  if (const KnownDevice* known = cache_.mailboxes.find(mailbox)) co_return std::optional(*known);
  const auto since = cache_.mailboxes.age();
  const auto found = co_await engine_.read(tables::device_with_mailbox, mailbox);
  if (found && *found) cache_.mailboxes.keep(mailbox, **found, since);
  co_return found;
}

asio::awaitable<Stored<std::vector<Target>>> EmbeddedDevices::of(AccountRow account) {
  if (const auto* known = cache_.targets.find(account)) co_return *known;
  const auto since = cache_.targets.age();
  const auto found = co_await engine_.read(tables::targets_of, account);
  if (found && !found->empty()) cache_.targets.keep(account, *found, since);
  co_return found;
}

asio::awaitable<Stored<void>> EmbeddedDevices::begin_token(DeviceRow device, base::Bytes<32> token_hash,
                                                           base::Day day) {
  cache_.tokens.forget_all();
  const auto done = co_await engine_.write(tables::begin_token, device, token_hash, day);
  cache_.tokens.forget_all();
  co_return done;
}

}  // namespace sotto::server
