#include "relay/sent_message.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/uuid.hpp"
#include "support/vectors.hpp"

namespace sotto::relay {
namespace {

using boost::json::value;

base::Bytes<17> service_id(std::uint8_t kind, std::uint8_t byte) {
  base::Bytes<17> id;
  id.fill(byte);
  id[0] = kind;
  return id;
}

// An upload written field by field.
class Upload {
 public:
  Upload& entry(const base::Bytes<17>& id, std::initializer_list<SentMessage::Device> devices, std::uint8_t fill = 7) {
    ++count_;
    add(id);
    std::size_t left = devices.size();
    for (const auto& [device, registration_id] : devices) {
      const auto high = static_cast<std::uint8_t>(registration_id >> 8 | (--left > 0 ? 0x80 : 0));
      add(base::Bytes<3>{device, high, static_cast<std::uint8_t>(registration_id)});
    }
    add(devices.size() > 0 ? base::Blob(48, fill) : base::Blob(1));
    return *this;
  }
  base::Blob bytes() const {
    return base::concat({base::Bytes<2>{0x23, count_}, entries_, base::Blob(32, 0xEE), base::Blob(20, 0xCC)});
  }

 private:
  void add(base::View bytes) { entries_.insert(entries_.end(), bytes.begin(), bytes.end()); }
  std::uint8_t count_ = 0;
  base::Blob entries_;
};

const auto ana = service_id(0, 1), bob = service_id(0, 2), bob_by_number = service_id(1, 2);

TEST(SentMessage, ShowsTheServerWhoseDevicesItIsFor) {
  const auto message = SentMessage::parse(Upload().entry(ana, {{1, 11}, {127, 0x3FFF}}).entry(bob, {{2, 0}}).bytes());
  ASSERT_TRUE(message);
  ASSERT_EQ(message->recipients.size(), 2u);
  EXPECT_EQ(message->recipients[0].service_id, ana);
  EXPECT_EQ(message->recipients[0].devices, (std::vector<SentMessage::Device>{{1, 11}, {127, 0x3FFF}}));
  EXPECT_EQ(message->recipients[1].devices, (std::vector<SentMessage::Device>{{2, 0}}));
  EXPECT_FALSE(message->has_repeated_recipients());
}

TEST(SentMessage, GivesEachRecipientItsOwnKeyAndTheSharedRest) {
  const auto message = SentMessage::parse(Upload().entry(ana, {{1, 11}}, 3).entry(bob, {{2, 22}}, 4).bytes());
  ASSERT_TRUE(message);
  for (const std::size_t i : {0u, 1u}) {
    const auto fill = static_cast<std::uint8_t>(3 + i);
    EXPECT_EQ(message->received_by(message->recipients[i]),
              base::concat({base::Bytes<1>{0x22}, base::Blob(48, fill), base::Blob(32, 0xEE), base::Blob(20, 0xCC)}));
  }
}

TEST(SentMessage, MergesARepeatedRecipientAndSaysSo) {
  const auto message = SentMessage::parse(
      Upload().entry(bob, {{1, 11}}, 3).entry(ana, {{5, 55}}).entry(bob, {{2, 22}, {3, 33}}, 4).bytes());
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->has_repeated_recipients());
  EXPECT_EQ(message->entries, 3u);
  ASSERT_EQ(message->recipients.size(), 2u);
  EXPECT_EQ(message->recipients[0].devices, (std::vector<SentMessage::Device>{{1, 11}, {2, 22}, {3, 33}}));
  EXPECT_EQ(message->recipients[0].key_and_tag[0], 3);  // the first entry's
}

TEST(SentMessage, TakesTheTwoIdsOfOnePersonForTwo) {
  const auto message = SentMessage::parse(Upload().entry(bob, {{1, 1}}).entry(bob_by_number, {{1, 1}}).bytes());
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->has_repeated_recipients());
}

TEST(SentMessage, NamesExcludedRecipientsAndRefusesThemTwice) {
  const auto message = SentMessage::parse(Upload().entry(ana, {{1, 11}}).entry(bob, {}).bytes());
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->recipients[0].is_excluded());
  EXPECT_TRUE(message->recipients[1].is_excluded());
  EXPECT_EQ(SentMessage::parse(Upload().entry(ana, {{1, 11}}).entry(ana, {}).bytes()).error(), Error::excluded_twice);
  EXPECT_EQ(SentMessage::parse(Upload().entry(ana, {}).entry(ana, {{1, 11}}).bytes()).error(), Error::excluded_twice);
  EXPECT_EQ(SentMessage::parse(Upload().entry(ana, {}).entry(ana, {}).bytes()).error(), Error::excluded_twice);
}

TEST(SentMessage, RefusesAZeroDeviceAfterTheFirstAndDevicesOver127) {
  for (const std::uint8_t device : std::initializer_list<std::uint8_t>{0, 128, 255}) {
    EXPECT_EQ(SentMessage::parse(Upload().entry(ana, {{1, 1}, {device, 2}}).bytes()).error(), Error::invalid_protobuf);
  }
  EXPECT_EQ(SentMessage::parse(Upload().entry(ana, {{128, 1}}).bytes()).error(), Error::invalid_protobuf);
}

TEST(SentMessage, MayHaveNoRecipients) {
  const auto message = SentMessage::parse(Upload().bytes());
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->recipients.empty());
}

TEST(SentMessage, RefusesCountsBeyondAllReason) {
  for (const base::Blob& count :
       {base::Blob(9, 0xFF), base::Blob{0xFF, 0xFF, 0xFF, 0xFF, 0x0F}, base::Blob(12, 0x80)}) {
    const base::Blob bytes = base::concat({base::Bytes<1>{0x23}, count, base::Blob(16)});
    EXPECT_EQ(SentMessage::parse(bytes).error(), Error::invalid_protobuf);
  }
}

RC_GTEST_PROP(SentMessage, NeedsEveryEntryAndTheEphemeralKeyWhole, ()) {
  const base::Blob whole = Upload().entry(ana, {{1, 11}, {2, 22}}).entry(bob, {{3, 33}}).bytes();
  const auto size = *rc::gen::inRange<std::size_t>(0, whole.size());
  const auto message = SentMessage::parse(base::View(whole).first(size));
  RC_ASSERT(message.has_value() == (size >= whole.size() - 20));
}

RC_GTEST_PROP(SentMessage, NeverTakesRubbishForMoreThanItIs, (base::Blob bytes)) {
  if (!bytes.empty()) bytes[0] = *rc::gen::element<std::uint8_t>(0x22, 0x23);
  const auto message = SentMessage::parse(bytes);
  if (!message) return;
  RC_ASSERT(bytes.size() >= 34 && message->shared.size() >= 32);
  for (const auto& recipient : message->recipients) {
    if (!recipient.is_excluded()) RC_ASSERT(message->received_by(recipient).size() == 49 + message->shared.size());
  }
}

const value& recorded() {
  static const value content = test::vectors("signal/sealed_sender_v2.json");
  return content;
}

TEST(RecordedSentMessages, AreSplitAsRecorded) {
  const auto& cases = recorded().at("sent_messages").as_array();
  for (const value& one : cases) {
    SCOPED_TRACE(test::text(one, "note"));
    const auto message = SentMessage::parse(test::hex(one, "sent"));
    ASSERT_TRUE(message);
    std::size_t devices = 0, excluded = 0;
    for (const auto& recipient : message->recipients) {
      devices += recipient.devices.size();
      excluded += recipient.is_excluded() ? 1 : 0;
      const auto uuid = base::to_text(base::Uuid{*base::fixed<16>(base::View(recipient.service_id).subspan(1))});
      for (const auto& [device, registration_id] : recipient.devices) {
        const std::string address = uuid + "." + std::to_string(device);
        EXPECT_EQ(registration_id, test::number(recorded().at("registration_ids"), address));
        const auto& received_by = one.at("received_by").as_array();
        const auto found =
            std::ranges::find(received_by, address, [](const value& by) { return test::text(by, "address"); });
        ASSERT_NE(found, received_by.end());
        if (test::has(*found, "received")) {
          EXPECT_EQ(message->received_by(recipient), test::hex(*found, "received"));
        } else {
          EXPECT_TRUE(base::same(recipient.key_and_tag, test::hex(*found, "c_and_at")));
        }
      }
    }
    EXPECT_EQ(devices, one.at("recipients").as_array().size());
    EXPECT_EQ(excluded, one.at("excluded").as_array().size());
    EXPECT_EQ(message->has_repeated_recipients(), test::text(one, "note") == "same recipient in two separate entries");
  }
  test::expect_cases("sealed_sender_v2 sent_messages, split", cases.size(), 5);
}

TEST(RecordedSentMessages, WithOneRecipientAreSplitAsRecorded) {
  const auto& cases = recorded().at("split_single_recipient").as_array();
  for (const value& one : cases) {
    SCOPED_TRACE(test::text(one, "note"));
    const auto message = SentMessage::parse(test::hex(one, "sent"));
    // The recorded helper refuses whatever is not for exactly one.
    const bool is_for_one = message && message->recipients.size() == 1 && !message->recipients[0].is_excluded();
    ASSERT_EQ(is_for_one, test::text(one, "expect") == "accept");
    if (is_for_one) {
      EXPECT_EQ(message->received_by(message->recipients[0]), test::hex(one, "received"));
    }
    if (test::text(one, "note") == "recipient repeated as excluded") {
      EXPECT_EQ(message.error(), Error::excluded_twice);
    }
  }
  test::expect_cases("sealed_sender_v2 split_single_recipient", cases.size(), 13);
}

}  // namespace
}  // namespace sotto::relay
