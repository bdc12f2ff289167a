#include "client/admission.hpp"

#include "client/claimed_names.hpp"
#include "client/contents.hpp"
#include "client/introductions.hpp"
#include "client/own_list.hpp"
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
  relay::GoodSignatures* good_signatures;
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
  if (peer) {
    trust_roots = store::peers::earlier_keys(here.in, opened.claim.account, here.now);
    trust_roots.push_back(peer->held.certificate.account_key);
  }
  const protocol::Address local = address_of(here.own.account_id, here.own.device);
  auto verified = protocol::VerifiedContent::verify(
      opened.content,
      {.trust_roots = trust_roots, .now_ms = 0, .local = local, .good_signatures = here.good_signatures});
  if (verified) return *std::move(verified);
  if (verified.error() == protocol::Error::self_send) return Refusal("it is from this very device");
  return Refusal("its certificate is not of the sender's account");
}

/// A certificate that no known account key vouches for may be of an epoch whose statements lie inside this very
/// message: it is decrypted on a copy, by a session with the listed key, and the certificate is asked about again
/// afterwards.
base::Result<protocol::Decrypted, Refusal> decrypt_under_a_newer_key(const sealing::Opened& opened,
                                                                     const Selected& session,
                                                                     const StoredPrekeys& prekeys,
                                                                     const protocol::Context& context,
                                                                     const Refusal& otherwise) {
  auto decrypted = opened.content.type == protocol::ContentType::prekey
                       ? protocol::decrypt_prekey(session.record, opened.content.content, prekeys, context)
                       : protocol::decrypt_signal(session.record, opened.content.content, context);
  if (!decrypted) return otherwise;
  return *std::move(decrypted);
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
  auto verified = verify(here, opened);
  if (!verified) return decrypt_under_a_newer_key(opened, session, prekeys, context, verified.error());
  return as_refusal(protocol::decrypt_sealed(session.record, *verified, prekeys, context));
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
base::Result<void, Refusal> take_introduction(const Situation& here, const wire::Introduction& introduction,
                                              const Selected& session, const crypto::PublicKey& identity) {
  const auto parsed = wire::rules::parse(introduction);
  if (!parsed) return Refusal("its introduction is malformed");
  const wire::Device* device = parsed->list.device(session.device);
  const bool names_the_speaker =
      parsed->list.account_id == session.account && device != nullptr && device->identity_key == identity;
  if (!names_the_speaker) return Refusal("its introduction is of somebody else");
  const outbox::Lent lent{.own = here.own, .now = here.now, .random = here.random};
  const Introduced outcome = session.account == here.own.account_id
                                 ? own_list::adopt(here.in, lent, introduction)
                                 : apply_introduction(here.in, introduction, here.now);
  switch (outcome) {
    case Introduced::is_new:
    case Introduced::is_held:
    case Introduced::is_older:
      return {};
    case Introduced::is_fork: {
      Refusal refusal("its introduction contradicts one that was seen before");
      refusal.contradiction = introduction;
      return refusal;
    }
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

/// The contact as it stands afterwards: somebody who wrote first is kept as such, with the name they claim.
store::Contact meet(store::Transaction& in, const wire::Content& content, const wire::AccountId& account,
                    base::Timestamp now) {
  auto contact = store::contacts::load(in, account);
  const auto permit = content.reply_permit ? std::optional(base::blob(*content.reply_permit)) : std::nullopt;
  std::optional<std::string> claimed;
  if (content.claimed_name) claimed = claimed_names::safe(*content.claimed_name);
  if (claimed && claimed->empty()) claimed.reset();
  const bool is_news =
      !contact || (claimed && contact->claimed_name != claimed) || (permit && contact->permit != permit);
  if (!contact) {
    contact = store::Contact{.account_id = account, .origin = store::Origin::wrote_first};
    contact->standing = store::Standing::held;
  }
  // A request that was deleted: this is another one.
  const bool asks_again = contact->standing == store::Standing::refused;
  if (asks_again) contact->standing = store::Standing::held;
  if (claimed) contact->claimed_name = claimed;
  if (permit) contact->permit = permit;
  if (is_news || asks_again) store::contacts::keep(in, *contact, now);
  return *std::move(contact);
}

base::Result<Verdict, Refusal> as_verdict(contents::Outcome outcome, const wire::AccountId& from, std::string name) {
  if (const auto* said = std::get_if<contents::Overheard>(&outcome))
    return Verdict(Overheard{.from = from, .sender_name = std::move(name), .what = said->what});
  if (auto* shown = std::get_if<contents::Shown>(&outcome))
    return Verdict(Accepted{.message = std::move(shown->message), .sender_name = std::move(name)});
  if (const auto* broken = std::get_if<contents::Broken>(&outcome)) return Refusal(broken->reason);
  if (std::holds_alternative<contents::Repeated>(outcome)) return Verdict(Duplicate{});
  return Verdict(Applied{});
}

}  // namespace

base::Bytes<32> fingerprint(const Arrival& arrival) { return crypto::sha256({arrival.envelope}); }

base::Result<Verdict, Refusal> admit(store::Transaction& in, const store::OwnAccount& own, const Arrival& arrival,
                                     base::Random& random) {
  const Situation here{
      .in = in, .own = own, .now = arrival.now, .random = random, .good_signatures = arrival.good_signatures};
  const auto opened = sealing::open(arrival.envelope, own.identity);
  if (!opened) return Refusal("its seal can't be opened");
  auto record = load_record(in, opened->claim.account, opened->claim.device);
  if (!record) return Refusal(to_text(record.error()));
  const Selected session{
      .account = opened->claim.account, .device = opened->claim.device, .record = *std::move(record)};
  bool is_duplicate = false;
  const auto decrypted = decrypt(here, *opened, session, is_duplicate);
  if (is_duplicate) return Verdict(Duplicate{});
  if (!decrypted) {
    Refusal refusal = decrypted.error();
    // The seal itself was made with the claimed key.
    if (is_listed(in, address_of(session.account, session.device), opened->claim.identity_key))
      refusal.unreadable_from = contents::Speaker{.account = session.account, .device = session.device};
    return refusal;
  }

  TRY(const wire::Content content, read_content(decrypted->plaintext, own));
  if (content.introduction) {
    TRY_VOID(take_introduction(here, *content.introduction, session, decrypted->remote_identity));
  }
  if (!is_listed(in, address_of(session.account, session.device), decrypted->remote_identity)) {
    return Refusal(to_text(protocol::Error::untrusted_identity));
  }
  // The certificate's key is the session's, and the account that is held now stands behind it: also for who has just
  // been introduced.
  if (opened->claim.identity_key != decrypted->remote_identity)
    return Refusal("its certificate is for another key than its session");
  if (const auto vouched = verify(here, *opened); !vouched) {
    // Of an epoch between two that were seen: nobody here can tell, so what it said is asked for again.
    Refusal refusal = vouched.error();
    refusal.unreadable_from = contents::Speaker{.account = session.account, .device = session.device};
    return refusal;
  }
  if (decrypted->used) {
    TRY_VOID(use_up_prekeys(in, *decrypted->used));
  }
  store::sessions::keep(in, session.account, session.device, decrypted->record.serialize().expose());
  if (content.view) store::sessions::keep_their_view(in, session.account, session.device, content.view->order);

  note_claim(in, session.account, session.device, content.own_list);

  const outbox::Lent lent{.own = own, .now = arrival.now, .random = random};
  const contents::Speaker speaker{.account = session.account, .device = session.device};
  if (session.account == own.account_id)
    return as_verdict(contents::take_from_own(in, lent, content, speaker), own.account_id, {});
  const auto known = store::contacts::load(in, session.account);
  if (known && known->standing == store::Standing::blocked) return Refusal("it is from somebody who is blocked");
  const store::Contact contact = meet(in, content, session.account, arrival.now);
  return as_verdict(contents::take_from_contact(in, lent, content, speaker, contact), session.account, contact.name());
}

}  // namespace sotto::client::admission
