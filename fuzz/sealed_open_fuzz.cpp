// room: protocol
// Opening sealed messages, believing their senders and decrypting what is inside; and splitting uploads. The first byte
// says what an input is: a content that is sealed here with the right keys (version 1 or 2), sealed bytes, or an
// upload. The mutator changes single fields of the content, of the certificate in it and of that one's inside.
#include "base/check.hpp"
#include "fields.hpp"
#include "protocol/sealed/decrypt.hpp"
#include "protocol/sealed/open.hpp"
#include "protocol/sealed/seal.hpp"
#include "protocol/sealed/seal_for_many.hpp"
#include "relay/sent_message.hpp"

using namespace sotto;
using namespace sotto::protocol;

namespace {

enum class Kind : std::uint8_t { content_1, content_2, sealed, upload, count };

class World {
 public:
  World() {
    const auto server = crypto::KeyPair::generate(random_);
    const auto issuer = relay::ServerCertificate::issue(1, server.public_key, root_.private_key, random_);
    content_ = UnidentifiedSenderMessageContent{.type = ContentType::sender_key,
                                                .sender = relay::SenderCertificate::issue(
                                                    {"9d0652a3-dcc3-4d11-975f-74d61598733f", 1, sender_.public_key},
                                                    1'000, issuer, server.private_key, random_),
                                                .content = base::blob(base::view("whatever is inside")),
                                                .hint = resendable,
                                                .group_id = base::Blob{1, 2, 3}}
                   .serialize();
  }

  const base::Blob& content() const { return content_; }
  base::Blob seal_1(base::View content) { return seal(content, sender_, recipient_.public_key, random_).value(); }
  base::Blob upload(base::View content) {
    const std::vector<SealedRecipient> all{
        {{ServiceId::Kind::aci, {}}, {{DeviceId(1), RegistrationId(1)}}, recipient_.public_key},
        {{ServiceId::Kind::pni, {}},
         {{DeviceId(2), RegistrationId(9)}, {DeviceId(3), RegistrationId(8)}},
         sender_.public_key}};
    const std::vector<ServiceId> excluded{{ServiceId::Kind::aci, base::Uuid{{7}}}};
    return seal_for_many(content, sender_, {all, excluded}, random_).value().message;
  }
  base::Blob seal_2(base::View content) {
    const auto sent = relay::SentMessage::parse(upload(content));
    return sent->received_by(sent->recipients[0]);
  }

  void open(base::View sealed) {
    auto opened = open_sealed(sealed, recipient_);
    if (!opened) return;
    const auto again = UnidentifiedSenderMessageContent::parse(opened->serialize());
    CHECK(again && again->content == opened->content && again->group_id == opened->group_id);
    CHECK(again->sender.identity_key == opened->sender.identity_key);
    const std::uint32_t device = opened->sender.device;
    const Reception reception{.trust_roots = {&root_.public_key, 1}, .now_ms = 1'000, .local = local_};
    const auto verified = VerifiedContent::verify(*std::move(opened), reception);
    // Nobody but the root's server can say who somebody is, whatever was changed on the way.
    if (!verified) return;
    CHECK(device == 1 && verified->sender().name == "9d0652a3-dcc3-4d11-975f-74d61598733f");
  }

 private:
  fuzz::SeededRandom random_{5};
  crypto::KeyPair sender_ = crypto::KeyPair::generate(random_), recipient_ = crypto::KeyPair::generate(random_),
                  root_ = crypto::KeyPair::generate(random_);
  Address local_{"796abedb-ca4e-4f18-8803-1fde5b921f9f", DeviceId(1)};
  base::Blob content_;
};

World& world() {
  static World whole;
  return whole;
}

void split(base::View bytes) {
  const auto sent = relay::SentMessage::parse(bytes);
  if (!sent) return;
  CHECK(sent->recipients.size() <= sent->entries);
  for (const auto& recipient : sent->recipients) {
    if (recipient.is_excluded()) continue;
    CHECK(sent->received_by(recipient).size() == 1 + recipient.key_and_tag.size() + sent->shared.size());
  }
}

// Goes down with some luck: into the certificate, the part that is signed, the server's certificate.
void mutate_deep(base::Blob& message, fuzz::Luck& luck, int depth) {
  auto parts = fuzz::take_apart(message);
  const std::size_t at = parts.empty() ? 0 : luck() % parts.size();
  if (depth > 0 && !parts.empty() && parts[at].is_bytes && fuzz::happens(luck, 2)) {
    mutate_deep(parts[at].bytes, luck, depth - 1);
  } else {
    fuzz::mutate_fields(parts, luck);
  }
  message = fuzz::put_together(parts);
}

base::Blob genuine(Kind kind) {
  switch (kind) {
    case Kind::sealed:
      return world().seal_1(world().content());
    case Kind::upload:
      return world().upload(world().content());
    default:
      return world().content();
  }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* bytes, std::size_t size, std::size_t room, unsigned seed) {
  fuzz::Luck luck(seed);
  const bool is_other = size == 0 || fuzz::happens(luck, 16);
  const auto kind = static_cast<Kind>((is_other ? luck() : bytes[0]) % static_cast<unsigned>(Kind::count));
  const bool is_fresh = size <= 1 || is_other || fuzz::happens(luck, 8);
  base::Blob message = is_fresh ? genuine(kind) : base::Blob(bytes + 1, bytes + size);
  if (kind == Kind::content_1 || kind == Kind::content_2) {
    mutate_deep(message, luck, 4);
  } else {
    fuzz::mutate_bytes(message);
  }
  return fuzz::give(base::concat({base::Bytes<1>{static_cast<std::uint8_t>(kind)}, message}), bytes, room);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const auto kind = static_cast<Kind>(bytes[0] % static_cast<unsigned>(Kind::count));
  const base::Blob message = size == 1 ? genuine(kind) : base::Blob(bytes + 1, bytes + size);
  switch (kind) {
    case Kind::content_1:
      world().open(world().seal_1(message));
      break;
    case Kind::content_2:
      world().open(world().seal_2(message));
      break;
    case Kind::sealed:
      world().open(message);
      break;
    case Kind::upload:
    case Kind::count:
      split(message);
  }
  return 0;
}
