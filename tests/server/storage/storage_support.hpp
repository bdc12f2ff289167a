#pragma once
#include <functional>

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

/// One engine behind the interface: how it is opened anew over what it kept. The suite (storage_suite_test.cpp) runs
/// over each of them.
struct StorageEngine {
  std::string name;
  std::function<std::unique_ptr<server::Storage>(asio::io_context& io, base::Random& random,
                                                 const std::filesystem::path& folder)>
      open;
  friend void PrintTo(const StorageEngine& engine, std::ostream* out) { *out << engine.name; }
};

inline std::unique_ptr<server::Storage> open_embedded(asio::io_context& io, base::Random& random,
                                                      const std::filesystem::path& folder) {
  server::EmbeddedOptions options{.file = folder / "server.db", .ack_company = std::chrono::milliseconds(0)};
  return std::move(*server::EmbeddedStorage::open(io.get_executor(), random, std::move(options)));
}

/// A storage on its own, with the calls that tests make often.
template <class Storage>
struct StorageCalls {
  template <class T>
  T wait(asio::awaitable<T> work) {
    return net::run(io, std::move(work));
  }
  server::Registered enrol(const server::NewAccount& account) {
    return *wait(storage->accounts().register_account(account));
  }
  server::KnownDevice device(const server::NewAccount& account) {
    return **wait(storage->devices().with_token(account.token_hash));
  }
  server::NewEnvelopes envelopes(const server::NewAccount& to, base::Blob envelope, base::Day day = {20'000},
                                 server::PermitClass permit_class = server::PermitClass::contact) {
    server::NewEnvelopes made{.envelopes = {}, .upload = 1, .day = day};
    made.envelopes.push_back({.device = device(to).row,
                              .position = storage->mailboxes().next_position(),
                              .permit_class = permit_class,
                              .bytes = std::make_shared<const base::Blob>(std::move(envelope))});
    return made;
  }
  server::Kept store(server::NewEnvelopes what) { return *wait(storage->mailboxes().store(std::move(what))); }
  server::Kept store(const server::NewAccount& to, base::Blob envelope, base::Day day = {20'000}) {
    return store(envelopes(to, std::move(envelope), day));
  }
  std::vector<server::QueuedEnvelope> queued(const server::NewAccount& account, std::uint64_t after = 0) {
    return *wait(storage->mailboxes().queued(device(account).row, after, 100'000, 1u << 30));
  }
  bool acknowledge(const server::NewAccount& account, std::vector<std::uint64_t> positions) {
    return wait(storage->mailboxes().acknowledge(device(account).row, std::move(positions))).has_value();
  }
  server::DeviceStatus status(const server::NewAccount& account) {
    return *wait(storage->devices().status(device(account).row));
  }
  server::TakenBundles take(const server::NewAccount& account,
                            server::PermitClass permit_class = server::PermitClass::own, base::Day day = {20'000}) {
    return *wait(storage->prekeys().take(device(account).account_row, permit_class, day));
  }

  TemporaryFolder folder;
  SeededRandom random{3};
  asio::io_context io;
  std::unique_ptr<Storage> storage;
};

/// The embedded engine, opened and opened again.
struct StorageFixture : StorageCalls<server::EmbeddedStorage> {
  StorageFixture() { open(); }

  void open(std::int64_t max_pages = 0) {
    storage.reset();
    server::EmbeddedOptions options{.file = folder.path / "server.db",
                                    .ack_company = std::chrono::milliseconds(0),
                                    .fault = {},
                                    .max_pages = max_pages};
    storage = std::move(*server::EmbeddedStorage::open(io.get_executor(), random, std::move(options)));
  }
};

}  // namespace sotto::test
