#include <memory>

#include "base/check.hpp"
#include "bench/protocol/ends.hpp"
#include "bench/protocol/rows.hpp"
#include "protocol/fingerprint/fingerprint.hpp"

// A record is a value and every operation gives a new one, so the same message can be decrypted again from the same
// record. In the rows without a suffix the record is parsed from bytes and serialized to bytes, as a caller with
// storage pays it.

namespace sotto::bench {

using namespace protocol;

namespace {

Record stored(const base::SecretBlob& bytes) {
  auto record = Record::parse(bytes.expose());
  CHECK(record.has_value());
  return *std::move(record);
}

std::function<void()> process_bundle() {
  auto pair = std::make_shared<Pair>();
  return [pair, bundle = pair->there.bundle()] {
    const auto record = start_session({}, bundle, pair->here.with(pair->there));
    CHECK(record.has_value());
    static_cast<void>(record->serialize());
  };
}

std::function<void()> encrypting(std::shared_ptr<Pair> pair) {
  return [pair, bytes = std::make_shared<base::SecretBlob>(pair->here.record.serialize())] {
    const auto sent = encrypt(stored(*bytes), pair->text, pair->here.with(pair->there));
    *bytes = sent->record.serialize();
  };
}

std::function<void()> encrypting_without_records(std::shared_ptr<Pair> pair) {
  return [pair] { static_cast<void>(pair->send(pair->here, pair->there)); };
}

std::function<void()> first_decrypt() {
  auto pair = Pair::met();
  return [pair, sent = std::make_shared<Encrypted>(pair->send(pair->here, pair->there))] {
    const auto received = decrypt_prekey({}, sent->message, pair->there, pair->there.with(pair->here));
    CHECK(received.has_value());
    static_cast<void>(received->record.serialize());
  };
}

std::function<void()> decrypting() {
  auto pair = Pair::established();
  pair->receive(pair->there, pair->here, pair->send(pair->here, pair->there));
  auto bytes = std::make_shared<base::SecretBlob>(pair->there.record.serialize());
  return [pair, bytes, sent = std::make_shared<Encrypted>(pair->send(pair->here, pair->there))] {
    const auto received = decrypt_signal(stored(*bytes), sent->message, pair->there.with(pair->here));
    CHECK(received.has_value());
    static_cast<void>(received->record.serialize());
  };
}

std::function<void()> decrypting_without_records() {
  auto pair = Pair::established();
  pair->receive(pair->there, pair->here, pair->send(pair->here, pair->there));
  return [pair, sent = std::make_shared<Encrypted>(pair->send(pair->here, pair->there))] {
    CHECK(decrypt_signal(pair->there.record, sent->message, pair->there.with(pair->here)).has_value());
  };
}

std::function<void()> repeated(int times, std::function<void()> operation) {
  return [times, operation] {
    for (int i = 0; i < times; ++i) operation();
  };
}

// Each end's record goes through its bytes before and after each of its two operations.
std::function<void()> ping_pong() {
  auto pair = Pair::established();
  return [pair] {
    const auto store = [](End& end) { end.record = stored(end.record.serialize()); };
    const auto ping = pair->send(pair->here, pair->there);
    store(pair->here);
    pair->receive(pair->there, pair->here, ping);
    store(pair->there);
    const auto pong = pair->send(pair->there, pair->here);
    store(pair->there);
    pair->receive(pair->here, pair->there, pong);
    store(pair->here);
  };
}

std::function<void()> ping_pong_without_records() {
  auto pair = Pair::established();
  return [pair] { pair->ping_pong(); };
}

std::function<void()> fingerprint() {
  auto pair = std::make_shared<Pair>();
  return [pair] {
    const base::Bytes<16> here{1}, there{2};
    const auto made =
        Fingerprint::compute({here, pair->here.identity.public_key}, {there, pair->there.identity.public_key});
    CHECK(made && made->digits().size() == 60);
  };
}

}  // namespace

std::vector<Row> session_rows() {
  return {
      {"process_bundle", process_bundle},
      {"first_encrypt", [] { return encrypting(Pair::met()); }},
      {"first_encrypt_without_records", [] { return encrypting_without_records(Pair::met()); }},
      {"first_decrypt", first_decrypt},
      {"encrypt", [] { return encrypting(Pair::established()); }},
      {"encrypt_without_records", [] { return encrypting_without_records(Pair::established()); }},
      {"decrypt", decrypting},
      {"decrypt_without_records", decrypting_without_records},
      {"encrypt_10000", [] { return repeated(10'000, encrypting(Pair::established())); }},
      {"encrypt_10000_without_records",
       [] { return repeated(10'000, encrypting_without_records(Pair::established())); }},
      {"ping_pong", ping_pong},
      {"ping_pong_without_records", ping_pong_without_records},
      {"fingerprint", fingerprint},
  };
}

}  // namespace sotto::bench
