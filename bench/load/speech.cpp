#include "bench/load/speech.hpp"

#include <boost/endian/conversion.hpp>

#include "base/check.hpp"
#include "client/sealing.hpp"
#include "client/session_context.hpp"
#include "protocol/sealed/seal.hpp"
#include "protocol/session/decrypt.hpp"
#include "protocol/session/encrypt.hpp"
#include "protocol/session/start.hpp"

namespace sotto::bench {
namespace {

using Fault = std::string;

class Sealed final : public Speech {
 public:
  Sealed(const Town& town, std::size_t size)
      : town_(town), text_(std::max<std::size_t>(size, 8), 'x'), records_(town.lanes.size()) {
    for (std::size_t lane = 0; lane < town.lanes.size(); ++lane) {
      const auto& [from, to] = town.lanes[lane];
      lane_of_.emplace(std::pair(town.accounts[from]->resident().account, to), lane);
    }
  }

  bool wants_bundle(std::size_t lane) const override { return lane % 2 == 0; }

  std::optional<Fault> take_bundle(std::size_t lane, const wire::DeviceBundle& from) override {
    const auto bundle = client::bundle_of(from);
    if (!bundle) return bundle.error().message;
    const auto [here, there] = ends(lane);
    const auto started = protocol::start_session(records_[lane], *bundle, with(here, there));
    if (!started) return client::to_text(started.error());
    records_[lane] = *started;
    return std::nullopt;
  }

  base::Blob say(std::size_t lane, std::uint64_t number) override {
    const auto [here, there] = ends(lane);
    boost::endian::store_little_u64(text_.data(), number);
    const auto encrypted = protocol::encrypt(records_[lane], text_, with(here, there));
    CHECK(encrypted);
    records_[lane] = encrypted->record;
    const protocol::UnidentifiedSenderMessageContent content{.type = protocol::content_type(encrypted->type),
                                                             .sender = here.sender_certificate(),
                                                             .content = encrypted->message,
                                                             .hint = protocol::resendable};
    auto sealed = protocol::seal(content.serialize(), here.identity(), there.identity().public_key, town_.random);
    CHECK(sealed);
    return *std::move(sealed);
  }

  base::Result<Heard, Fault> hear(std::size_t account, base::View envelope) override {
    Account& here = *town_.accounts[account];
    const auto opened = client::sealing::open(envelope, here.identity());
    if (!opened) return client::to_text(opened.error());
    const auto lane = lane_of_.find({opened->claim.account, account});
    if (lane == lane_of_.end()) return Fault("sealed by nobody of ours");
    const Account& there = *town_.accounts[town_.lanes[lane->second].from];
    if (opened->claim.identity_key != there.identity().public_key) return Fault("sealed by another key");
    protocol::Record& record = records_[way_back(lane->second)];  // what the recipient keeps about the sender
    const auto context = with(here, there);
    const auto& [type, certificate, message, hint, group] = opened->content;
    auto text = type == protocol::ContentType::prekey ? protocol::decrypt_prekey(record, message, here, context)
                                                      : protocol::decrypt_signal(record, message, context);
    if (!text) return client::to_text(text.error());
    if (text->plaintext.size() != text_.size()) return Fault("another text");
    record = std::move(text->record);
    if (text->used && text->used->one_time) here.forget(*text->used->one_time);
    return Heard{.lane = lane->second, .number = boost::endian::load_little_u64(text->plaintext.data())};
  }

 private:
  struct Ends {
    const Account& here;
    const Account& there;
  };
  Ends ends(std::size_t lane) const {
    return {*town_.accounts[town_.lanes[lane].from], *town_.accounts[town_.lanes[lane].to]};
  }
  protocol::Context with(const Account& here, const Account& there) const {
    static const protocol::Trust known = [](const auto&...) { return true; };  // keys are compared with our own table
    return {.identity = here.identity(),
            .registration_id = protocol::RegistrationId(1),
            .local = here.address(),
            .remote = there.address(),
            .trust = known,
            .now_ms = static_cast<std::uint64_t>(town_.clock.now().ms),
            .random = town_.random};
  }

  Town town_;
  base::Blob text_;
  std::vector<protocol::Record> records_;  // of each lane's sender, about its recipient
  std::map<std::pair<wire::AccountId, std::size_t>, std::size_t> lane_of_;
};

/// How long the envelopes of a conversation are that is under way: two accounts that exist nowhere else have one.
std::size_t sealed_size(std::size_t size, const Town& town) {
  Accounts two;
  for (int i = 0; i < 2; ++i) two.push_back(std::make_unique<Account>(1, town.clock.now(), town.random));
  const auto lanes = make_lanes(2, 2);
  Sealed speech({.accounts = two, .lanes = lanes, .random = town.random, .clock = town.clock}, size);
  CHECK(!speech.take_bundle(0, two[1]->bundle()));
  base::Blob last;
  for (std::uint64_t i = 0; i < 4; ++i) {
    const std::size_t lane = i % 2;
    last = speech.say(lane, 1 + i / 2);
    CHECK(speech.hear(lanes[lane].to, last));
  }
  return last.size();
}

class Noise final : public Speech {
 public:
  Noise(const Town& town, std::size_t size) : town_(town), envelope_(sealed_size(size, town)) {}
  bool wants_bundle(std::size_t) const override { return false; }
  std::optional<Fault> take_bundle(std::size_t, const wire::DeviceBundle&) override { return std::nullopt; }
  base::Blob say(std::size_t lane, std::uint64_t number) override {
    town_.random.fill(envelope_);
    boost::endian::store_little_u64(envelope_.data(), lane);
    boost::endian::store_little_u64(envelope_.data() + 8, number);
    return envelope_;
  }
  base::Result<Heard, Fault> hear(std::size_t account, base::View envelope) override {
    if (envelope.size() != envelope_.size()) return Fault("another length");
    const Heard heard{.lane = boost::endian::load_little_u64(envelope.data()),
                      .number = boost::endian::load_little_u64(envelope.data() + 8)};
    if (heard.lane >= town_.lanes.size() || town_.lanes[heard.lane].to != account) return Fault("for somebody else");
    return heard;
  }

 private:
  Town town_;
  base::Blob envelope_;
};

}  // namespace

std::unique_ptr<Speech> sealed_speech(const Town& town, std::size_t size) {
  return std::make_unique<Sealed>(town, size);
}
std::unique_ptr<Speech> noise(const Town& town, std::size_t size) { return std::make_unique<Noise>(town, size); }

}  // namespace sotto::bench
