#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "base/check.hpp"
#include "bench/engine/rows.hpp"
#include "bench/lines/child.hpp"
#include "store/contacts.hpp"
#include "store/messages.hpp"

namespace sotto::bench {
namespace {

constexpr int conversations = 1'000, messages_each = 100;

wire::AccountId some_account(base::Random& random) {
  base::Uuid id{random.bytes<16>()};
  id.bytes[6] = static_cast<std::uint8_t>(0x80 | (id.bytes[6] & 0x0F));
  id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3F));
  return {id};
}

store::Message message(const wire::AccountId& with, std::uint64_t seq, base::Random& random) {
  return {.conversation = with,
          .sender = with,
          .message_id = random.bytes<16>(),
          .body = "message " + std::to_string(seq) + " of some forty bytes, as people write",
          .seq = seq,
          .sent_at = {1'790'000'000'000 + static_cast<std::int64_t>(seq)},
          .received_at = {1'790'000'000'000 + static_cast<std::int64_t>(seq)},
          .state = store::State::received,
          .reason = {}};
}

void fill(Citizen& citizen, base::Random& random) {
  for (int i = 0; i < conversations; ++i) {
    const auto filled = citizen.store().transact([&](store::Transaction& in) -> client::Result<void> {
      const wire::AccountId with = some_account(random);
      const store::Contact contact{.account_id = with, .nickname = "contact " + std::to_string(i)};
      store::contacts::keep(in, contact, {1'790'000'000'000});
      for (int seq = 1; seq <= messages_each; ++seq) {
        const auto id = store::messages::keep(in, message(with, static_cast<std::uint64_t>(seq), random));
        store::messages::set_shown(in, id);
      }
      return {};
    });
    CHECK(filled);
  }
}

}  // namespace

int open_and_show(const std::string& file, const std::string& key_file) {
  std::ifstream from(key_file, std::ios::binary);
  const std::vector<std::uint8_t> key((std::istreambuf_iterator<char>(from)), {});
  CHECK(key.size() == 32);
  const double before = own_cpu_us();
  Place place;
  Citizen citizen(place, file, store::DatabaseKey(std::span<const std::uint8_t, 32>(key)));
  CHECK(citizen.engine().news(64));
  const auto shown = citizen.engine().history("contact 500", 50);
  if (!shown) std::fprintf(stderr, "%s\n", shown.error().message.c_str());
  CHECK(shown && shown->size() == 50);
  std::printf("%f %f\n", (own_cpu_us() - before) / 1000, own_resident_kib());
  return 0;
}

void measure_start(Place& place, const std::filesystem::path& folder, Table& table) {
  const std::filesystem::path file = folder / "many.db", key_file = folder / "many.key";
  {
    Citizen citizen(place, file);
    citizen.register_as("many");
    fill(citizen, place.random);
    std::ofstream key(key_file, std::ios::binary);
    const auto bytes = citizen.key().expose();
    key.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  std::vector<std::pair<double, double>> figures;
  for (int i = 0; i < 5; ++i) {
    Child opened({"/proc/self/exe", "--open", file.string(), key_file.string()});
    const auto line = opened.line();
    double ms = 0, kib = 0;
    CHECK(line && std::sscanf(line->c_str(), "%lf %lf", &ms, &kib) == 2);
    figures.emplace_back(ms, kib);
  }
  std::ranges::sort(figures);
  table.add("start with 100,000 messages in 1,000 conversations: processor time until one is shown", "ms",
            figures[2].first);
  table.add("start with 100,000 messages in 1,000 conversations: resident memory", "KiB", figures[2].second);
  table.add("store: size for each of 100,000 messages of 60 bytes", "bytes",
            static_cast<double>(std::filesystem::file_size(file)) / (conversations * messages_each));
}

}  // namespace sotto::bench
