// Ana and Ben meet by a prekey bundle, converse, write to a group and seal who sends; then they compare their safety
// number.
//
// Build it against an installed libsotto-protocol:
//     cmake -S . -B build -DCMAKE_PREFIX_PATH=/where/it/is && cmake --build build && build/conversation
//
// What to copy: every operation gives the record to keep next. Keep it first, then let the message go.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sotto/protocol.hpp>

namespace {

using sotto::Bytes;
using sotto::View;

// An example ends at the first error; a program tells the person, or asks for the message again.
template <class T>
T must(sotto::Result<T> result, const char* what) {
  if (result) return *std::move(result);
  std::fprintf(stderr, "%s: %s\n", what, sotto_status_text(result.status()));
  std::exit(1);
}

std::string text(View bytes) { return {bytes.begin(), bytes.end()}; }

// One device. The maps stand for its encrypted database; each assignment for a committed transaction.
struct Device {
  explicit Device(const char* account) : address{account, 1} {}

  sotto::Address address;
  sotto::KeyPair identity = must(sotto::KeyPair::generate(), "identity key");
  sotto::SignedPreKey signed_prekey = must(sotto::make_signed_prekey(1, identity, 0), "signed prekey");
  sotto::KyberPreKey kyber_prekey = must(sotto::make_kyber_prekey(1, identity, 0), "Kyber prekey");
  std::map<std::uint32_t, sotto::OneTimePreKey> one_time_prekeys;
  std::map<std::string, Bytes> sessions;
  std::map<std::string, sotto::PublicKey> identities;
  std::map<std::string, Bytes> sender_keys;

  sotto::Session session(const Device& with) const {
    const auto kept = sessions.find(with.address.name);
    if (kept == sessions.end()) return {};
    return must(sotto::Session::parse(kept->second), "session record");
  }
  sotto::Context around(const Device& with) const {
    const auto known = identities.find(with.address.name);
    return {.identity = identity,
            .registration_id = 1,
            .local = address,
            .remote = with.address,
            .known_identity = known == identities.end() ? View() : View(known->second)};
  }
  void keep(const Device& with, const sotto::Session& after) {
    sessions[with.address.name] = must(after.serialize(), "session record");
    identities[with.address.name] = must(after.remote_identity(), "identity");
  }

  void meet(const Device& other) {
    const auto& one_time = other.one_time_prekeys.begin()->second;
    const auto bundle =
        sotto::bundle_of(1, 1, other.identity.public_key(), other.signed_prekey, other.kyber_prekey, &one_time);
    keep(other, must(session(other).start(bundle, around(other)), "start"));
  }

  sotto::Encrypted say(const Device& to, const char* words) {
    auto sent = must(session(to).encrypt(sotto::view(words), around(to)), "encrypt");
    keep(to, sent.after);  // only now may sent.message leave
    return sent;
  }

  std::string hear(const Device& from, sotto::MessageType type, View message) {
    auto received = type == SOTTO_MESSAGE_PREKEY ? first(from, message)
                                                 : must(session(from).decrypt(message, around(from)), "decrypt");
    keep(from, received.after);  // only now may the message be acknowledged
    return text(received.plaintext);
  }

  sotto::Decrypted first(const Device& from, View message) {
    const auto names = must(sotto::read_prekey_message(message), "prekey message");
    sotto_prekey_records records{};
    const auto one_time = one_time_prekeys.find(names.one_time_prekey_id);
    if (names.has_one_time_prekey != 0 && one_time != one_time_prekeys.end()) {
      records.one_time = {one_time->second.record.data(), one_time->second.record.size()};
    }
    if (names.signed_prekey_id == signed_prekey.id) {
      records.signed_prekey = {signed_prekey.record.data(), signed_prekey.record.size()};
    }
    if (names.kyber_prekey_id == kyber_prekey.id) {
      records.kyber = {kyber_prekey.record.data(), kyber_prekey.record.size()};
    }
    auto received = must(session(from).decrypt_prekey(message, records, around(from)), "first message");
    if (received.began_session && names.has_one_time_prekey != 0) one_time_prekeys.erase(names.one_time_prekey_id);
    return received;
  }
};

void converse(Device& ana, Device& ben) {
  ana.meet(ben);
  const auto hello = ana.say(ben, "Hello Ben!");
  std::printf("Ben reads: %s\n", ben.hear(ana, hello.type, hello.message).c_str());
  const auto answer = ben.say(ana, "Hello Ana!");
  std::printf("Ana reads: %s\n", ana.hear(ben, answer.type, answer.message).c_str());

  const auto again = ben.session(ana).decrypt(answer.message, ben.around(ana));  // Ben's own message
  std::printf("A message that is not for Ben is refused: %s\n", sotto_status_text(again.status()));
}

void write_to_group(Device& ana, Device& ben) {
  const sotto::Uuid group{1, 2, 3};
  auto given = must(sotto::SenderKey().distribute(group), "distribute");  // goes to each member through its session
  ben.sender_keys["ana's in the group"] =
      must(must(sotto::SenderKey().accept(given.message), "accept").serialize(), "record");

  auto sent = must(given.after.encrypt(group, sotto::view("Hello everybody!")), "encrypt for the group");
  ana.sender_keys["mine in the group"] = must(sent.after.serialize(), "record");
  const auto key = must(sotto::SenderKey::parse(ben.sender_keys["ana's in the group"]), "record");
  std::printf("The group reads: %s\n", text(must(key.decrypt(sent.message), "decrypt").plaintext).c_str());
}

void seal(Device& ana, Device& ben) {
  const auto root = must(sotto::KeyPair::generate(), "trust root"),
             server = must(sotto::KeyPair::generate(), "server key");
  const auto issuer = must(sotto::issue_server_certificate(1, server.public_key(), root), "server certificate");
  const auto certificate =
      must(sotto::issue_sender_certificate(ana.address, ana.identity.public_key(), 2'000, issuer, server),
           "sender certificate");

  const auto inner = ana.say(ben, "Nobody on the way knows who wrote this.");
  const auto content = must(
      sotto::SealedContent{.type = inner.type, .sender_certificate = certificate, .message = inner.message}.serialize(),
      "content");
  const auto sealed = must(sotto::seal(content, ana.identity, ben.identity.public_key()), "seal");

  const auto opened = must(sotto::Opened::open(sealed, ben.identity), "open");
  const sotto::PublicKey roots[] = {root.public_key()};
  if (opened.verify(roots, 1'000, ben.address) != SOTTO_OK) std::exit(1);
  std::printf("Ben opens a message of %s: %s\n", opened.sender().name.c_str(),
              ben.hear(ana, opened.type(), opened.message()).c_str());
  std::printf("After the certificate's end: %s\n", sotto_status_text(opened.verify(roots, 2'001, ben.address)));
}

void compare(const Device& ana, const Device& ben) {
  const sotto::Uuid ana_id{1}, ben_id{2};
  const auto hers =
      must(sotto::fingerprint(ana_id, ana.identity.public_key(), ben_id, ben.identity.public_key()), "safety number");
  const auto his =
      must(sotto::fingerprint(ben_id, ben.identity.public_key(), ana_id, ana.identity.public_key()), "safety number");
  const bool is_match =
      hers.digits == his.digits && must(sotto::matches_scanned(hers.scannable, his.scannable), "scan");
  std::printf("Both see %s: %s\n", hers.digits.c_str(), is_match ? "verified" : "not the same");
}

}  // namespace

int main() {
  if (sotto::start() != SOTTO_OK) return 1;
  Device ana("9d0652a3-dcc3-4d11-975f-74d61598733f"), ben("796abedb-ca4e-4f18-8803-1fde5b921f9f");
  ben.one_time_prekeys.emplace(7, must(sotto::make_one_time_prekey(7), "one-time prekey"));
  converse(ana, ben);
  write_to_group(ana, ben);
  seal(ana, ben);
  compare(ana, ben);
  return 0;
}
