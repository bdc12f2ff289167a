#include <memory>

#include "base/check.hpp"
#include "bench/protocol/ends.hpp"
#include "bench/protocol/rows.hpp"
#include "protocol/fan_out.hpp"
#include "protocol/prekey_batch.hpp"
#include "protocol/sealed/open.hpp"
#include "protocol/sealed/seal.hpp"
#include "protocol/sealed/seal_for_many.hpp"
#include "protocol/sender_key/decrypt.hpp"
#include "protocol/sender_key/distribute.hpp"
#include "protocol/sender_key/encrypt.hpp"

// Groups, sealed sender, and what is done for many at once.

namespace sotto::bench {

using namespace protocol;

namespace {

// --- sender keys

struct Group {
  DistributionId id{base::Uuid{system_random().bytes<16>()}};
  base::Blob text = base::Blob(text_size, 'a');
  SenderKeyRecord sender, receiver;

  Group() {
    Distribution made = create_distribution({}, id, system_random());
    sender = std::move(made.record);
    receiver = process_distribution({}, made.message);
  }
};

SenderKeyRecord stored(const base::SecretBlob& bytes) { return SenderKeyRecord::parse(bytes.expose()).value(); }

std::function<void()> sender_key_encrypting() {
  auto group = std::make_shared<Group>();
  return [group, bytes = std::make_shared<base::SecretBlob>(group->sender.serialize())] {
    const auto sent = sender_key_encrypt(stored(*bytes), group->id, group->text, system_random());
    *bytes = sent->record.serialize();
  };
}

std::function<void()> sender_key_decrypting() {
  auto group = std::make_shared<Group>();
  auto sent = std::make_shared<base::Blob>(
      sender_key_encrypt(group->sender, group->id, group->text, system_random()).value().message);
  return [sent, bytes = std::make_shared<base::SecretBlob>(group->receiver.serialize())] {
    const auto message = SenderKeyMessage::parse(*sent);
    const auto received = sender_key_decrypt(stored(*bytes), *message);
    static_cast<void>(received->record.serialize());
  };
}

// --- sealed sender

struct Sealing {
  std::shared_ptr<Pair> pair = Pair::established();
  base::Blob content = content_of(pair->send(pair->here, pair->there).message);
  crypto::Result<crypto::SharedSecret> agreed =
      crypto::agree(pair->here.identity.private_key, pair->there.identity.public_key);

  base::Blob content_of(base::Blob message) const {
    const auto root = crypto::KeyPair::generate(system_random()), server = crypto::KeyPair::generate(system_random());
    const auto issuer = relay::ServerCertificate::issue(1, server.public_key, root.private_key, system_random());
    return UnidentifiedSenderMessageContent{
        .type = ContentType::signal,
        .sender = relay::SenderCertificate::issue({pair->here.address.name, 1, pair->here.identity.public_key}, now_ms,
                                                  issuer, server.private_key, system_random()),
        .content = std::move(message)}
        .serialize();
  }
  // The static agreement of two devices is the same for every message: kept per contact.
  KnownAgreements kept() const {
    return [this](const crypto::PublicKey&) { return &*agreed; };
  }
  base::Blob seal(const KnownAgreements& known) const {
    return protocol::seal(content, pair->here.identity, pair->there.identity.public_key, system_random(), known)
        .value();
  }
};

std::function<void()> sealing(bool has_cache) {
  auto sealing = std::make_shared<Sealing>();
  return
      [sealing, known = has_cache ? sealing->kept() : KnownAgreements()] { static_cast<void>(sealing->seal(known)); };
}

std::function<void()> opening(bool has_cache) {
  auto sealing = std::make_shared<Sealing>();
  return [sealing, sealed = sealing->seal({}), known = has_cache ? sealing->kept() : KnownAgreements()] {
    CHECK(open_sealed(sealed, sealing->pair->there.identity, known).has_value());
  };
}

std::function<void()> sealing_for(std::size_t count, bool has_cache) {
  auto sealing = std::make_shared<Sealing>();
  auto recipients = std::make_shared<std::vector<SealedRecipient>>();
  for (std::size_t i = 0; i < count; ++i) {
    recipients->push_back({.service_id = {ServiceId::Kind::aci, base::Uuid{system_random().bytes<16>()}},
                           .devices = {{DeviceId(1), RegistrationId(1)}},
                           .identity = crypto::KeyPair::generate(system_random()).public_key});
  }
  return [sealing, recipients, known = has_cache ? sealing->kept() : KnownAgreements()] {
    CHECK(seal_for_many(sealing->content, sealing->pair->here.identity, {*recipients}, system_random(), known));
  };
}

// --- many at once

std::function<void()> fanning_out(bool is_stored) {
  constexpr int count = 1'000;
  struct Crowd {
    std::shared_ptr<Pair> pair = Pair::established();
    std::vector<base::SecretBlob> stored;
    std::vector<Record> records;
  };
  auto crowd = std::make_shared<Crowd>();
  for (int i = 0; i < count; ++i) {
    crowd->pair->ping_pong();
    crowd->stored.push_back(crowd->pair->here.record.serialize());
    crowd->records.push_back(crowd->pair->here.record);
  }
  return [crowd, is_stored] {
    const Context context = crowd->pair->here.with(crowd->pair->there);
    std::vector<Record> parsed;
    if (is_stored) {
      for (const auto& bytes : crowd->stored) parsed.push_back(Record::parse(bytes.expose()).value());
    }
    std::vector<FanOutTarget> targets;
    for (const Record& record : is_stored ? parsed : crowd->records) targets.push_back({record, context});
    const auto sent = fan_out(targets, crowd->pair->text);
    for (std::size_t i = 0; i < sent.size(); ++i) {
      CHECK(sent[i].has_value());
      if (is_stored) crowd->stored[i] = sent[i]->record.serialize();
    }
  };
}

std::function<void()> making_prekeys() {
  auto identity = std::make_shared<crypto::KeyPair>(crypto::KeyPair::generate(system_random()));
  return [identity] {
    const PreKeyBatchRequest request{
        .count = 100, .first_one_time_id = PreKeyId(1), .first_kyber_id = KyberPreKeyId(1), .created_ms = now_ms};
    CHECK(make_prekey_batch(request, identity->private_key, system_random()).kyber.size() == 100);
  };
}

}  // namespace

std::vector<Row> group_rows() {
  std::vector<Row> rows{
      {"sender_key_encrypt", sender_key_encrypting},
      {"sender_key_decrypt", sender_key_decrypting},
      {"sealed_v1_wrap", [] { return sealing(true); }},
      {"sealed_v1_wrap_without_cache", [] { return sealing(false); }},
      {"sealed_v1_unwrap", [] { return opening(true); }},
      {"sealed_v1_unwrap_without_cache", [] { return opening(false); }},
      {"fan_out_1000", [] { return fanning_out(true); }},
      {"fan_out_1000_without_records", [] { return fanning_out(false); }},
      {"prekeys_100", making_prekeys},
  };
  for (const std::size_t count : {1u, 10u, 100u, 1'000u}) {
    const std::string name = "sealed_v2_" + std::to_string(count);
    rows.push_back({name, [count] { return sealing_for(count, true); }});
    rows.push_back({name + "_without_cache", [count] { return sealing_for(count, false); }});
  }
  return rows;
}

}  // namespace sotto::bench
