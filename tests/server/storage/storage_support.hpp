#pragma once
#include "net/memory/run.hpp"
#include "server/server_world.hpp"
#include "support/registration_draft.hpp"

namespace sotto::test {

/// A registration as the storage gets it.
inline server::NewAccount new_account(std::uint64_t seed, const std::string& name, std::size_t one_time_prekeys = 2) {
  RegistrationDraft draft(seed);
  draft.user_name = name;
  draft.one_time_prekeys = one_time_prekeys;
  const auto introduction = draft.introduction();
  return {.id = draft.account_id(),
          .user_name = name,
          .introduction = introduction.serialize(),
          .backup_statement = {1, 2, 3},
          .request_hash = draft.random.bytes<32>(),
          .token_hash = draft.token,
          .number = wire::DeviceNumber(1),
          .registration_id = wire::RegistrationId(4242),
          .mailbox = draft.mailbox,
          .identity_key = draft.identity.public_key,
          .prekeys = draft.prekeys(),
          .day = {20'000}};
}

/// The embedded engine on its own, opened and opened again.
struct StorageFixture {
  StorageFixture() { open(); }

  void open(std::int64_t max_pages = 0) {
    storage.reset();
    storage = std::move(*server::EmbeddedStorage::open(
        io.get_executor(), random, {.file = folder.path / "server.db", .fault = {}, .max_pages = max_pages}));
  }
  template <class T>
  T wait(asio::awaitable<T> work) {
    return net::run(io, std::move(work));
  }
  server::Registered enrol(const server::NewAccount& account) { return *wait(storage->register_account(account)); }
  server::KnownDevice device(const server::NewAccount& account) {
    return **wait(storage->device_with_token(account.token_hash));
  }
  server::Upload upload(const server::NewAccount& from, const server::NewAccount& to, std::uint64_t key,
                        base::Blob envelope, base::Day day = {20'000}) {
    server::Upload made{
        .sender = device(from), .idempotency_key = {}, .request_hash = {}, .recipient = to.id, .items = {}, .day = day};
    for (std::size_t i = 0; i < 8; ++i) made.idempotency_key[i] = static_cast<std::uint8_t>(key >> (8 * i));
    made.request_hash = crypto::sha256({made.idempotency_key, envelope});
    made.items.push_back({.mailbox = to.mailbox, .registration_id = 4242, .envelope = std::move(envelope)});
    return made;
  }
  server::Delivery::Outcome deliver(const server::Upload& upload) { return wait(storage->deliver(upload))->outcome; }
  std::vector<server::QueuedEnvelope> queued(const server::NewAccount& account, std::uint64_t after = 0) {
    return *wait(storage->queued(device(account).row, after, 1000, 1u << 30));
  }
  server::DeviceStatus status(const server::NewAccount& account) { return *wait(storage->status(device(account).row)); }

  TemporaryFolder folder;
  SeededRandom random{3};
  asio::io_context io;
  std::unique_ptr<server::EmbeddedStorage> storage;
};

}  // namespace sotto::test
