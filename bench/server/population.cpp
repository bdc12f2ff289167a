#include "bench/server/population.hpp"

#include "crypto/system_random.hpp"
#include "net/main_loop.hpp"
#include "server/storage/embedded/embedded_storage.hpp"
#include "wire/names.hpp"
#include "wire/signed.hpp"

namespace sotto::bench {
namespace {

namespace asio = net::asio;
constexpr std::uint32_t far_day = 100'000;
constexpr std::size_t one_time_prekeys = 200;

Resident draw(base::Random& random) {
  auto id = random.bytes<16>();
  id[6] = static_cast<std::uint8_t>(0x80 | (id[6] & 0x0f));
  id[8] = static_cast<std::uint8_t>(0x80 | (id[8] & 0x3f));
  return {.account = *wire::AccountId::from(id),
          .mailbox = wire::MailboxId::made_of(random.bytes<16>()),
          .token = random.bytes<32>(),
          .permit = random.bytes<16>()};
}

/// Keys of the right shape; nobody computes with them.
template <std::size_t N>
base::Bytes<N> key_of_type(std::uint8_t type, base::Random& random) {
  auto key = random.bytes<N>();
  key[0] = type;
  return key;
}

wire::PrekeyUpload prekeys(base::Random& random, std::size_t count) {
  wire::PrekeyUpload made;
  made.signed_prekey = wire::SignedPrekey{.id = 1, .key = key_of_type<33>(0x05, random), .signature = {}};
  made.last_resort =
      wire::KyberPrekey{.id = 1, .key = key_of_type<wire::kyber_key_size>(0x08, random), .signature = {}};
  for (std::size_t i = 0; i < count; ++i) {
    const auto id = static_cast<std::uint32_t>(i + 2);
    made.one_time.push_back({.id = id, .key = key_of_type<33>(0x05, random)});
    made.one_time_kyber.push_back({.id = id, .key = key_of_type<wire::kyber_key_size>(0x08, random), .signature = {}});
  }
  return made;
}

asio::awaitable<void> move_in(server::Storage& storage, server::NewAccount account, wire::Permit permit) {
  const auto token_hash = account.token_hash;
  const auto hash = wire::permit_hash(account.id, permit);
  const auto outcome = co_await storage.accounts().register_account(std::move(account));
  CHECK(outcome && *outcome == server::Registered::done);
  const auto known = co_await storage.devices().with_token(token_hash);
  CHECK(known && *known);
  server::PermitChange change;
  change.add.push_back({.hash = hash, .permit_class = server::PermitClass::contact, .last_day = {far_day}});
  const auto given = co_await storage.permits().put((*known)->account_row, std::move(change), {});
  CHECK(given && *given == server::PermitsPut::done);
}

std::unique_ptr<server::EmbeddedStorage> open(net::MainLoop& loop, base::Random& random,
                                              const std::filesystem::path& data) {
  auto opened = server::EmbeddedStorage::open(loop.executor(), random, {.file = data / "server.db"});
  CHECK(opened);
  return *std::move(opened);
}

}  // namespace

std::vector<Resident> populate(const std::filesystem::path& data, std::size_t count, std::size_t with_prekeys) {
  constexpr std::size_t at_once = 2'000;
  std::filesystem::remove_all(data);
  std::filesystem::create_directories(data);
  net::MainLoop loop;
  crypto::SystemRandom random;
  const auto storage = open(loop, random, data);
  std::vector<Resident> residents;
  while (residents.size() < count) {
    for (std::size_t i = 0; i < at_once && residents.size() < count; ++i) {
      const Resident made = draw(random);
      const std::size_t keys = residents.size() < with_prekeys ? one_time_prekeys : 0;
      server::NewAccount account{.id = made.account,
                                 .user_name = "device" + std::to_string(residents.size()),
                                 .introduction = {1},
                                 .backup_statement = {1},
                                 .request_hash = random.bytes<32>(),
                                 .token_hash = wire::hash(wire::names::device_token, made.token),
                                 .number = wire::DeviceNumber(1),
                                 .registration_id = wire::RegistrationId(1),
                                 .mailbox = made.mailbox,
                                 .identity_key = crypto::PublicKey(random.bytes<32>()),
                                 .prekeys = prekeys(random, keys),
                                 .day = {}};
      net::spawn(loop.executor(), move_in(*storage, std::move(account), made.permit));
      residents.push_back(made);
    }
    loop.run();
  }
  return residents;
}

void fill_mailboxes(const std::filesystem::path& data, const std::vector<Resident>& residents, std::size_t each,
                    std::size_t size) {
  constexpr std::size_t at_once = 2'000;
  net::MainLoop loop;
  crypto::SystemRandom random;
  const auto storage = open(loop, random, data);
  const auto bytes = std::make_shared<const base::Blob>(size, std::uint8_t{7});
  const auto fill = [](server::Storage& into, wire::MailboxId mailbox, std::size_t count,
                       std::shared_ptr<const base::Blob> envelope) -> asio::awaitable<void> {
    const auto device = co_await into.devices().at(mailbox);
    CHECK(device && *device);
    server::NewEnvelopes letters{.envelopes = {}, .upload = 1, .day = {far_day}};
    for (std::size_t i = 0; i < count; ++i) {
      letters.envelopes.push_back({.device = (*device)->row,
                                   .position = into.mailboxes().next_position(),
                                   .permit_class = server::PermitClass::group,  // contacts have room beside them
                                   .bytes = envelope});
    }
    const auto kept = co_await into.mailboxes().store(std::move(letters));
    CHECK(kept && *kept == server::Kept::stored);
  };
  std::size_t begun = 0;
  for (const Resident& resident : residents) {
    net::spawn(loop.executor(), fill(*storage, resident.mailbox, each, bytes));
    if (++begun % at_once == 0) loop.run();
  }
  loop.run();
}

}  // namespace sotto::bench
