#include <cstdlib>
#include <memory>
#include <new>

#include "base/check.hpp"
#include "bench/protocol/ends.hpp"
#include "bench/protocol/rows.hpp"

// How the figures grow with what a session carries, what it weighs, and what it allocates.

namespace sotto::bench {
namespace {

std::size_t allocated = 0;  // times that anything asked for memory; this program has one thread

}  // namespace
}  // namespace sotto::bench

void* operator new(std::size_t size) {
  ++sotto::bench::allocated;
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace sotto::bench {

using namespace protocol;

namespace {

constexpr int epoch_turns = 44;  // of each side, spqr.md §6.6

std::shared_ptr<Pair> with_skipped(int count) {
  auto pair = Pair::established();
  for (int i = 0; i < count; ++i) pair->send(pair->here, pair->there);
  pair->receive(pair->there, pair->here, pair->send(pair->here, pair->there));
  return pair;
}

std::shared_ptr<Pair> with_archived(int count) {
  auto pair = Pair::established();
  for (int i = 0; i < count; ++i) {
    pair->here.record = start_session(pair->here.record, pair->there.bundle(), pair->here.with(pair->there)).value();
    pair->ping_pong();
  }
  return pair;
}

// Where the braid stands after so many turns: each phase of an epoch has its own state and its own chunks.
std::shared_ptr<Pair> after_turns(int count) {
  auto pair = Pair::established();
  for (int i = 1; i < count; ++i) pair->ping_pong();
  return pair;
}

Record stored(const base::SecretBlob& bytes) { return Record::parse(bytes.expose()).value(); }

std::function<void()> encrypt_stored(std::shared_ptr<Pair> pair) {
  return [pair, bytes = std::make_shared<base::SecretBlob>(pair->there.record.serialize())] {
    const auto sent = encrypt(stored(*bytes), pair->text, pair->there.with(pair->here));
    static_cast<void>(sent->record.serialize());
  };
}

std::function<void()> decrypt_stored(std::shared_ptr<Pair> pair) {
  auto sent = std::make_shared<Encrypted>(pair->send(pair->here, pair->there));
  return [pair, sent, bytes = std::make_shared<base::SecretBlob>(pair->there.record.serialize())] {
    const auto received = decrypt_signal(stored(*bytes), sent->message, pair->there.with(pair->here));
    static_cast<void>(received->record.serialize());
  };
}

std::function<void()> encrypt_of_size(std::size_t size) {
  auto pair = Pair::established();
  pair->text = base::Blob(size, 'a');
  return [pair] { static_cast<void>(encrypt(pair->here.record, pair->text, pair->here.with(pair->there))); };
}

std::function<void()> ping_pong_from(std::shared_ptr<Pair> pair) {
  return [pair] {
    const Record here = pair->here.record, there = pair->there.record;
    pair->ping_pong();
    pair->here.record = here;  // each time from the same place
    pair->there.record = there;
  };
}

double record_size(const End& end) { return static_cast<double>(end.record.serialize().size()); }

std::size_t allocations_of(const std::function<void()>& operation) {
  operation();  // what is done once is done
  const std::size_t before = allocated;
  operation();
  return allocated - before;
}

}  // namespace

std::vector<Row> growth_rows() {
  std::vector<Row> rows{
      {"encrypt_2000_skipped", [] { return encrypt_stored(with_skipped(2'000)); }},
      {"decrypt_2000_skipped", [] { return decrypt_stored(with_skipped(2'000)); }},
      {"encrypt_1_archived", [] { return encrypt_stored(with_archived(1)); }},
      {"encrypt_40_archived", [] { return encrypt_stored(with_archived(40)); }},
      {"decrypt_40_archived", [] { return decrypt_stored(with_archived(40)); }},
  };
  for (const std::size_t size : {16u, 1'024u, 65'536u, 1'048'576u}) {
    rows.push_back({"encrypt_" + std::to_string(size) + "_bytes", [size] { return encrypt_of_size(size); }});
  }
  for (const int turns : {2, 10, 20, 38, 43}) {
    rows.push_back(
        {"ping_pong_at_turn_" + std::to_string(turns), [turns] { return ping_pong_from(after_turns(turns)); }});
  }
  return rows;
}

std::vector<Count> sizes() {
  const auto pair = Pair::met();
  const auto first = pair->send(pair->here, pair->there);
  std::vector<Count> counts{{"prekey_message_bytes", "bytes", static_cast<double>(first.message.size())},
                            {"record_pending_bytes", "bytes", record_size(pair->here)}};
  pair->receive(pair->there, pair->here, first);
  pair->receive(pair->here, pair->there, pair->send(pair->there, pair->here));
  double least = 1e9, most = 0, least_message = 1e9, most_message = 0;
  for (int i = 0; i < 4 * epoch_turns; ++i) {
    const auto sent = pair->send(pair->here, pair->there);
    pair->receive(pair->there, pair->here, sent);
    pair->receive(pair->here, pair->there, pair->send(pair->there, pair->here));
    for (const End* end : {&pair->here, &pair->there}) {
      least = std::min(least, record_size(*end));
      most = std::max(most, record_size(*end));
    }
    least_message = std::min(least_message, static_cast<double>(sent.message.size()));
    most_message = std::max(most_message, static_cast<double>(sent.message.size()));
  }
  counts.push_back({"message_of_256_bytes_least", "bytes", least_message});
  counts.push_back({"message_of_256_bytes_most", "bytes", most_message});
  counts.push_back({"record_settled_least", "bytes", least});
  counts.push_back({"record_settled_most", "bytes", most});
  counts.push_back({"record_2000_skipped", "bytes", record_size(with_skipped(2'000)->there)});
  counts.push_back({"record_40_archived", "bytes", record_size(with_archived(40)->there)});
  return counts;
}

std::vector<Count> allocations() {
  const auto pair = Pair::established();
  pair->receive(pair->there, pair->here, pair->send(pair->here, pair->there));
  const auto sent = pair->send(pair->here, pair->there);
  const auto sending = allocations_of([&] { pair->send(pair->here, pair->there); });
  const auto receiving = allocations_of(
      [&] { CHECK(decrypt_signal(pair->there.record, sent.message, pair->there.with(pair->here)).has_value()); });
  return {{"encrypt_allocations", "times", static_cast<double>(sending)},
          {"decrypt_allocations", "times", static_cast<double>(receiving)}};
}

}  // namespace sotto::bench
