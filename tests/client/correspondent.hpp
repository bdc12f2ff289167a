#pragma once
#include <functional>

#include "client/admission.hpp"
#include "client/introductions.hpp"
#include "client/new_account.hpp"
#include "client/outbox.hpp"
#include "client/permits.hpp"
#include "client/sealing.hpp"
#include "client/session_context.hpp"
#include "protocol/sealed/seal.hpp"
#include "protocol/session/encrypt.hpp"
#include "protocol/session/start.hpp"
#include "relay/server_certificate.hpp"
#include "store/contacts.hpp"
#include "store/sessions.hpp"
#include "support/seeded_random.hpp"
#include "support/temporary_store.hpp"
#include "wire/frames.pb.h"
#include "wire/padding.hpp"
#include "wire/registration.hpp"

namespace sotto::test {

using client::admission::Accepted;
using client::admission::Duplicate;

/// A device with its store, and the server played by the test: envelopes are handed over by hand, true or tampered
/// with.
class Correspondent {
 public:
  Correspondent(std::string called, std::uint64_t seed) : name(std::move(called)), random(seed) {
    const client::Invitation invitation{.mailbox_id = wire::MailboxId::made_of(random.bytes<16>()),
                                        .challenge = random.bytes<32>()};
    const client::NewAccountPlan plan{
        .server = "here:443", .server_ca = "", .user_name = name, .invitation = invitation};
    within([&](store::Transaction& in) {
      client::make_account(in, plan, recovery_key, now, random);
      const auto request = store::own_account::pending_registration(in);
      const auto checked = wire::check_registration(
          *request, {.authority = "here:443", .mailbox_id = invitation.mailbox_id, .challenge = invitation.challenge});
      CHECK(checked);
      prekeys = checked->prekeys;
      store::own_account::set_registered(in);
      client::apply_introduction(in, store::own_account::load(in)->introduction, now);
      const auto change = client::permits::due(in, *store::own_account::load(in), now, random);
      store::permits::set_registered(in, change->link_permits, change->revoked, now);
    });
  }
  Correspondent(const Correspondent&) = delete;
  Correspondent& operator=(const Correspondent&) = delete;

  /// Commits what `work(Transaction&)` does.
  void within(const std::function<void(store::Transaction&)>& work) {
    const auto done = home->transact([&](store::Transaction& in) -> base::Result<void, store::Problem> {
      work(in);
      return {};
    });
    CHECK(done);
  }
  store::OwnAccount own() {
    std::optional<store::OwnAccount> found;
    within([&](store::Transaction& in) { found = store::own_account::load(in); });
    return *std::move(found);
  }
  wire::AccountId id() { return own().account_id; }
  wire::Introduction introduction() { return own().introduction; }

  // Statements that only the account itself could make

  /// The list as `change` leaves it, signed by the account key.
  wire::Introduction changed_list(const std::function<void(wire::DeviceList&)>& change) {
    const store::OwnAccount account = own();
    wire::Introduction made = account.introduction;
    wire::DeviceList list = *wire::DeviceList::parse(made.list.statement);
    change(list);
    made.list = wire::Signed::make(wire::names::device_list, list.serialize(), *account.account_key, random);
    return made;
  }
  wire::Introduction next_list() {
    return changed_list([this](wire::DeviceList& list) {
      list.previous = {wire::hash(wire::names::device_list, introduction().list.statement)};
      ++list.order.version;
    });
  }
  /// A device of ours with another key.
  wire::Device another_device(std::uint8_t number) {
    const store::OwnAccount account = own();
    const auto keys = crypto::KeyPair::generate(random);
    wire::Device made = wire::DeviceList::parse(account.introduction.list.statement)->devices.front();
    made.number = wire::DeviceNumber(number);
    made.identity_key = keys.public_key;
    made.mailbox_id = wire::MailboxId::made_of(random.bytes<16>());
    const base::Blob consent = made.consent_of(account.account_id).serialize();
    made.consent = crypto::sign(keys.private_key, wire::to_be_signed(wire::names::device_consent, consent), random);
    made.server_certificate =
        relay::ServerCertificate::issue(number, keys.public_key, *account.account_key, random).serialize();
    return made;
  }
  /// Another account key in the same epoch, by the same root: two certificates in one place.
  wire::Introduction forked_certificate(std::uint32_t version) {
    const auto root = wire::derive_root_keys(recovery_key);
    const auto usurper = crypto::KeyPair::generate(random);
    wire::Introduction made = introduction();
    auto certificate = *wire::AccountCertificate::parse(made.certificate.statement);
    certificate.account_key = usurper.public_key;
    made.certificate =
        wire::Signed::make(wire::names::account_certificate, certificate.serialize(), root.root.private_key, random);
    auto list = *wire::DeviceList::parse(made.list.statement);
    list.certificate_hash = wire::hash(wire::names::account_certificate, made.certificate.statement);
    list.order.version = version;
    if (version > 1) list.previous = {wire::hash(wire::names::device_list, introduction().list.statement)};
    list.devices.front().server_certificate =
        relay::ServerCertificate::issue(1, list.devices.front().identity_key, usurper.private_key, random).serialize();
    made.list = wire::Signed::make(wire::names::device_list, list.serialize(), usurper.private_key, random);
    return made;
  }

  // Knowing others

  void knows(const wire::Introduction& introduction) {
    within([&](store::Transaction& in) {
      const auto outcome = client::apply_introduction(in, introduction, now);
      CHECK(outcome == client::Introduced::is_new || outcome == client::Introduced::is_held);
      const auto parsed = wire::rules::parse(introduction);
      store::contacts::keep(in, {.account_id = parsed->list.account_id, .nickname = {}}, now);
    });
  }
  void knows(Correspondent& whom) { knows(whom.introduction()); }
  /// Holds these statements instead of what is held, whatever their order.
  void holds_instead(const wire::Introduction& introduction) {
    within([&](store::Transaction& in) {
      const auto checked = wire::check_introduction(introduction);
      CHECK(checked);
      store::peers::keep(in, introduction, *checked);
    });
  }
  void forgets(Correspondent& whom) {
    const wire::AccountId account = whom.id();
    within([&](store::Transaction& in) {
      in.prepare("DELETE FROM peers WHERE account_id = ?").bind(account.view()).run();
      in.prepare("DELETE FROM contacts WHERE account_id = ?").bind(account.view()).run();
    });
  }

  // Sessions

  enum class Taken { one_time, last_resort };
  wire::DeviceBundle bundle(Taken which = Taken::one_time) {
    const store::OwnAccount account = own();
    wire::DeviceBundle made{.number = account.device,
                            .registration_id = account.registration_id,
                            .identity_key = account.identity.public_key,
                            .signed_prekey = *prekeys.signed_prekey,
                            .one_time = {},
                            .kyber = *prekeys.last_resort};
    if (which == Taken::one_time) {
      made.one_time = prekeys.one_time.back();
      made.kyber = prekeys.one_time_kyber.back();
      prekeys.one_time.pop_back();
      prekeys.one_time_kyber.pop_back();
    }
    return made;
  }
  void start_session(Correspondent& with, Taken which = Taken::one_time) {
    const wire::DeviceBundle taken = with.bundle(which);
    const store::OwnAccount account = own();
    within([&](store::Transaction& in) {
      const client::outbox::Lent lent{.own = account, .now = now, .random = random};
      const auto started = client::outbox::start_sessions(in, lent, with.id(), {taken});
      CHECK(started);
    });
  }
  void drop_session(Correspondent& with) {
    const wire::AccountId account = with.id();
    within([&](store::Transaction& in) {
      in.prepare("DELETE FROM sessions WHERE account_id = ?").bind(account.view()).run();
    });
  }
  protocol::Record session(Correspondent& with) {
    protocol::Record found;
    const wire::AccountId account = with.id();
    within([&](store::Transaction& in) { found = *client::load_record(in, account, wire::DeviceNumber(1)); });
    return found;
  }
  void archive_session(Correspondent& with) {
    const protocol::Record record = session(with).with_current_archived();
    const wire::AccountId account = with.id();
    within([&](store::Transaction& in) {
      store::sessions::keep(in, account, wire::DeviceNumber(1), record.serialize().expose());
    });
  }

  // Writing

  /// As the outbox does it, sessions included.
  base::Blob write(Correspondent& to, std::string text) {
    if (!session(to).can_send(static_cast<std::uint64_t>(now.ms))) start_session(to);
    const store::OwnAccount account = own();
    base::Blob envelope;
    within([&](store::Transaction& in) {
      const client::outbox::Lent lent{.own = account, .now = now, .random = random};
      CHECK(client::outbox::enqueue(in, lent, to.id(), wire::Text{std::move(text)}));
      const auto outgoing = store::outgoing::load(in, store::outgoing::waiting(in).back());
      CHECK(outgoing);
      const auto encrypted = client::outbox::encrypt(in, lent, *outgoing, client::outbox::Renewal::first);
      CHECK(encrypted && encrypted->need == client::outbox::Need::nothing);
      wire::frames::SendRequest request;
      CHECK(request.ParseFromArray(encrypted->request.data(), static_cast<int>(encrypted->request.size())));
      envelope = base::blob(base::view(request.items(0).envelope()));
    });
    return envelope;
  }
  /// What an honest first message says.
  wire::Content content(Correspondent& to, std::string text) {
    const store::OwnAccount account = own();
    const auto parsed = wire::rules::parse(account.introduction);
    wire::Content made;
    made.message_id = random.bytes<16>();
    made.sent_at = now;
    made.recipient = to.id();
    made.seq = ++last_seq;
    made.own_list = {.order = parsed->list.order, .list_hash = parsed->list_hash};
    made.introduction = account.introduction;
    made.claimed_name = name;
    made.body = wire::Text{std::move(text)};
    return made;
  }
  base::Blob seal(Correspondent& to, const wire::Content& content) {
    return seal_bytes(to, wire::pad(content.serialize()));
  }
  base::Blob seal_bytes(Correspondent& to, base::View plaintext) {
    const store::OwnAccount account = own();
    return seal_under(client_certificate(), account.identity, encrypt(to, plaintext), to);
  }
  /// Encrypts whatever it is, with the session that is there. The trust rule of the sender says yes to everything.
  protocol::Encrypted encrypt(Correspondent& to, base::View plaintext) {
    const store::OwnAccount account = own(), theirs = to.own();
    const auto local = client::address_of(account.account_id, account.device);
    const auto remote = client::address_of(theirs.account_id, theirs.device);
    const protocol::Trust trust = [](const protocol::Address&, const crypto::PublicKey&, protocol::Use) {
      return true;
    };
    const protocol::Context context{.identity = account.identity,
                                    .registration_id = protocol::RegistrationId(account.registration_id.value),
                                    .local = local,
                                    .remote = remote,
                                    .trust = trust,
                                    .now_ms = static_cast<std::uint64_t>(now.ms),
                                    .random = random};
    auto encrypted = protocol::encrypt(session(to), plaintext, context);
    CHECK(encrypted);
    within([&](store::Transaction& in) {
      store::sessions::keep(in, theirs.account_id, theirs.device, encrypted->record.serialize().expose());
    });
    return *std::move(encrypted);
  }

  // The outer layer

  /// This device's own server certificate, as its list carries it.
  relay::ServerCertificate server_certificate() {
    return *relay::ServerCertificate::parse(
        wire::DeviceList::parse(introduction().list.statement)->devices.front().server_certificate);
  }
  /// What an honest device seals by.
  relay::SenderCertificate client_certificate() {
    return certificate_for({.account = id().text(), .device = 1, .identity_key = own().identity.public_key},
                           server_certificate());
  }
  /// Signed by this device's identity key, whatever it says.
  relay::SenderCertificate certificate_for(const relay::SenderCertificate::Subject& subject,
                                           const relay::ServerCertificate& server) {
    return relay::SenderCertificate::issue(subject, static_cast<std::uint64_t>(now.ms) + 1'000'000, server,
                                           own().identity.private_key, random);
  }
  /// A server certificate by our account key, whatever it says.
  relay::ServerCertificate issue(std::uint32_t number, const crypto::PublicKey& key) {
    return relay::ServerCertificate::issue(number, key, *own().account_key, random);
  }
  base::Blob seal_under(const relay::SenderCertificate& certificate, const crypto::KeyPair& sealer,
                        const protocol::Encrypted& inner, Correspondent& to) {
    const protocol::UnidentifiedSenderMessageContent content{.type = protocol::content_type(inner.type),
                                                             .sender = certificate,
                                                             .content = inner.message,
                                                             .hint = protocol::resendable};
    const auto sealed = protocol::seal(content.serialize(), sealer, to.own().identity.public_key, random);
    CHECK(sealed);
    return *sealed;
  }

  // Receiving

  base::Result<client::admission::Verdict, client::admission::Refusal> receive(base::View envelope) {
    const store::OwnAccount account = own();
    return home->transact([&](store::Transaction& in) {
      const client::admission::Arrival arrival{.envelope = envelope, .now = now};
      return client::admission::admit(in, account, arrival, random);
    });
  }

  /// Both have answered each other.
  static void converse(Correspondent& one, Correspondent& another) {
    CHECK(another.receive(one.write(another, "hello")));
    CHECK(one.receive(another.write(one, "hello yourself")));
    CHECK(another.receive(one.write(another, "good")));
  }

  std::string name;
  SeededRandom random;
  TemporaryStore home;
  wire::RecoveryKey recovery_key = wire::make_recovery_key(random);
  wire::PrekeyUpload prekeys;  // what the directory has left
  base::Timestamp now{1'800'000'000'000};
  std::uint64_t last_seq = 1'000;
};

/// "accepted", "duplicate", or the reason of the refusal.
inline std::string outcome(const base::Result<client::admission::Verdict, client::admission::Refusal>& verdict) {
  if (!verdict) return verdict.error().reason;
  return std::holds_alternative<Accepted>(*verdict) ? "accepted" : "duplicate";
}

}  // namespace sotto::test
