#include "client/admission.hpp"

#include "client/introductions.hpp"
#include "client/sealing.hpp"
#include "client/session_context.hpp"
#include "crypto/hash.hpp"
#include "protocol/sealed/decrypt.hpp"
#include "store/contacts.hpp"
#include "store/prekeys.hpp"
#include "store/sessions.hpp"
#include "wire/padding.hpp"

namespace sotto::client::admission {
namespace {

/// Who claims to speak, and the session with them.
struct Selected {
  wire::AccountId account;
  wire::DeviceNumber device;
  protocol::Record record;
};

/// What every step of one arrival needs.
struct Situation {
  store::Transaction& in;
  const store::OwnAccount& own;
  base::Timestamp now;
  base::Random& random;
};

/// A prekey message of an account that we don't hold, or of a device that isn't on the list we hold, may bring its own
/// introduction: it is decrypted on a copy, and the strict rule is asked again afterwards.
bool may_be_introduced(store::Transaction& in, const sealing::Opened& opened) {
  if (opened.content.type != protocol::ContentType::prekey) return false;
  const auto peer = store::peers::load(in, opened.claim.account);
  return !peer || peer->held.list.device(opened.claim.device) == nullptr;
}

/// The certificate's verdict under the account key that is held of the claimed account. Expiry is noted by nobody: the
/// current list alone decides whether a key may speak.
base::Result<protocol::VerifiedContent, Refusal> verify(const Situation& here, const sealing::Opened& opened) {
  const auto peer = store::peers::load(here.in, opened.claim.account);
  std::vector<crypto::PublicKey> trust_roots;
  if (peer) trust_roots.push_back(peer->held.certificate.account_key);
  const protocol::Address local = address_of(here.own.account_id, here.own.device);
  auto verified =
      protocol::VerifiedContent::verify(opened.content, {.trust_roots = trust_roots, .now_ms = 0, .local = local});
  if (verified) return *std::move(verified);
  if (verified.error() == protocol::Error::self_send) return Refusal("it is from this very device");
  return Refusal("its certificate is not of the sender's account");
}

/// Decrypts with the claimed sender's session. What nobody can introduce any more is judged before; the rest is judged
/// afterwards, by `admit`.
base::Result<protocol::Decrypted, Refusal> decrypt(const Situation& here, const sealing::Opened& opened,
                                                   const Selected& session, bool& is_duplicate) {
  const protocol::Address local = address_of(here.own.account_id, here.own.device);
  const protocol::Address remote = address_of(session.account, session.device);
  const bool is_provisional = may_be_introduced(here.in, opened);
  const protocol::Trust trust = [&](const protocol::Address& who, const crypto::PublicKey& identity, protocol::Use) {
    return is_provisional || is_listed(here.in, who, identity);
  };
  const protocol::Context context{.identity = here.own.identity,
                                  .registration_id = protocol::RegistrationId(here.own.registration_id.value),
                                  .local = local,
                                  .remote = remote,
                                  .trust = trust,
                                  .now_ms = static_cast<std::uint64_t>(here.now.ms),
                                  .random = here.random};
  const StoredPrekeys prekeys(here.in);
  const auto as_refusal = [&](auto outcome) -> base::Result<protocol::Decrypted, Refusal> {
    if (outcome) return *std::move(outcome);
    is_duplicate = outcome.error() == protocol::Error::duplicate_message;
    return Refusal(to_text(outcome.error()));
  };
  if (is_provisional)
    return as_refusal(protocol::decrypt_prekey(session.record, opened.content.content, prekeys, context));
  TRY(const protocol::VerifiedContent verified, verify(here, opened));
  return as_refusal(protocol::decrypt_sealed(session.record, verified, prekeys, context));
}

/// What the decrypted bytes say, and that they are for us.
base::Result<wire::Content, Refusal> read_content(const base::Blob& plaintext, const store::OwnAccount& own) {
  const auto bytes = wire::unpad(plaintext);
  if (!bytes) return Refusal("its padding is wrong");
  auto content = wire::Content::parse(*bytes);
  if (!content) return Refusal("its content " + std::string(wire::to_text(content.error())));
  if (content->recipient != own.account_id) return Refusal("it is for another account");
  return *std::move(content);
}

/// The introduction counts only if it names exactly the key that decrypted the message.
base::Result<void, Refusal> take_introduction(store::Transaction& in, const wire::Introduction& introduction,
                                              const Selected& session, const crypto::PublicKey& identity) {
  const auto parsed = wire::rules::parse(introduction);
  if (!parsed) return Refusal("its introduction is malformed");
  const wire::Device* device = parsed->list.device(session.device);
  const bool names_the_speaker =
      parsed->list.account_id == session.account && device != nullptr && device->identity_key == identity;
  if (!names_the_speaker) return Refusal("its introduction is of somebody else");
  switch (apply_introduction(in, introduction)) {
    case Introduced::is_new:
    case Introduced::is_held:
    case Introduced::is_older:
      return {};
    case Introduced::is_fork:
      return Refusal("its introduction contradicts one that was seen before");
    case Introduced::is_unsound:
      return Refusal("its introduction does not verify");
  }
  return Refusal("its introduction does not verify");
}

base::Result<void, Refusal> use_up_prekeys(store::Transaction& in, const protocol::UsedPreKeys& used) {
  if (used.one_time) store::prekeys::remove_one_time(in, used.one_time->value);
  const auto base_key = used.base_key.serialize();
  if (!store::prekeys::mark_kyber_used(in, used.kyber_prekey.value, used.signed_prekey.value, base_key)) {
    return Refusal("it is a first message that came before");
  }
  return {};
}

store::Message row_of(const wire::Content& content, const Selected& speaker, base::Timestamp now, bool is_verified) {
  const auto* text = std::get_if<wire::Text>(&content.body);
  const auto* unknown = std::get_if<wire::UnknownBody>(&content.body);
  return {.id = 0,
          .conversation = speaker.account,
          .sender = speaker.account,
          .device = speaker.device,
          .message_id = content.message_id,
          .is_outgoing = false,
          .body = text != nullptr ? text->text : std::string(),
          .body_kind = unknown != nullptr ? unknown->kind : 16,
          .seq = content.seq,
          .sent_at = content.sent_at,
          .received_at = now,
          .state = store::State::received,
          .reason = {},
          .is_verified = is_verified};
}

/// The contact as it stands afterwards: somebody who wrote first is kept as such, with the name they claim.
store::Contact meet(store::Transaction& in, const wire::Content& content, const wire::AccountId& account,
                    base::Timestamp now) {
  auto contact = store::contacts::load(in, account);
  const auto permit = content.reply_permit ? std::optional(base::blob(*content.reply_permit)) : std::nullopt;
  const bool is_news = !contact || (content.claimed_name && contact->claimed_name != content.claimed_name) ||
                       (permit && contact->permit != permit);
  if (!contact) contact = store::Contact{.account_id = account, .origin = store::Origin::wrote_first};
  if (content.claimed_name) contact->claimed_name = content.claimed_name;
  if (permit) contact->permit = permit;
  if (is_news) store::contacts::keep(in, *contact, now);
  return *std::move(contact);
}

bool is_verified(store::Transaction& in, const store::Contact& contact) {
  const auto peer = store::peers::load(in, contact.account_id);
  return peer && contact.verified_root == peer->held.certificate.first_root;
}

}  // namespace

base::Bytes<32> fingerprint(const Arrival& arrival) { return crypto::sha256({arrival.envelope}); }

base::Result<Verdict, Refusal> admit(store::Transaction& in, const store::OwnAccount& own, const Arrival& arrival,
                                     base::Random& random) {
  const Situation here{.in = in, .own = own, .now = arrival.now, .random = random};
  const auto opened = sealing::open(arrival.envelope, own.identity);
  if (!opened) return Refusal("its seal can't be opened");
  auto record = load_record(in, opened->claim.account, opened->claim.device);
  if (!record) return Refusal(to_text(record.error()));
  const Selected session{
      .account = opened->claim.account, .device = opened->claim.device, .record = *std::move(record)};
  bool is_duplicate = false;
  const auto decrypted = decrypt(here, *opened, session, is_duplicate);
  if (is_duplicate) return Verdict(Duplicate{});
  if (!decrypted) return decrypted.error();

  TRY(const wire::Content content, read_content(decrypted->plaintext, own));
  if (content.introduction) {
    TRY_VOID(take_introduction(in, *content.introduction, session, decrypted->remote_identity));
  }
  if (!is_listed(in, address_of(session.account, session.device), decrypted->remote_identity)) {
    return Refusal(to_text(protocol::Error::untrusted_identity));
  }
  // The certificate's key is the session's, and the account that is held now stands behind it: also for who has just
  // been introduced.
  if (opened->claim.identity_key != decrypted->remote_identity)
    return Refusal("its certificate is for another key than its session");
  TRY_VOID(verify(here, *opened));
  if (decrypted->used) {
    TRY_VOID(use_up_prekeys(in, *decrypted->used));
  }
  store::sessions::keep(in, session.account, session.device, decrypted->record.serialize().expose());
  if (content.view) store::sessions::keep_their_view(in, session.account, session.device, content.view->order);

  const store::Contact contact = meet(in, content, session.account, arrival.now);
  store::Message row = row_of(content, session, arrival.now, is_verified(in, contact));
  switch (store::messages::seen(in, row)) {
    case store::messages::Seen::no:
      break;
    case store::messages::Seen::same:
      return Verdict(Duplicate{});
    case store::messages::Seen::id_reused:
      return Refusal("its id belongs to another message");
    case store::messages::Seen::seq_reused:
      return Refusal("its place in the sequence is taken");
  }
  row.id = store::messages::keep(in, row);
  return Verdict(Accepted{.message = std::move(row), .sender_name = contact.name()});
}

}  // namespace sotto::client::admission
