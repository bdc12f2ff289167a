#include "server/sending/shared_messages.hpp"

#include <gtest/gtest.h>

#include "server/keeper.hpp"
#include "server/limits.hpp"
#include "server/storage/embedded/database.hpp"

namespace sotto::test {
namespace {

using Answer = frames::SharedSendAnswer;

/// One sealed message as it is sent, entry by entry; what is sealed is noise.
struct SharedDraft {
  struct Entry {
    wire::MailboxId mailbox;
    wire::Permit permit{};
    std::uint16_t registration_id = 4242;
    std::uint8_t number = 1;
    std::uint8_t key_byte = 7;  // of its own 48 bytes
  };
  std::vector<Entry> entries;
  base::Blob shared = base::Blob(500, 9);
  std::uint8_t key = 1;
  bool is_ephemeral = false;

  frames::SharedSendRequest request() const {
    base::Blob message{0x23};
    for (std::size_t count = entries.size(); count > 0; count >>= 7)
      message.push_back(static_cast<std::uint8_t>((count & 0x7f) | (count > 0x7f ? 0x80 : 0)));
    std::string permits;
    for (const Entry& entry : entries) {
      message.push_back(0);  // an ACI
      message.insert(message.end(), entry.mailbox.view().begin(), entry.mailbox.view().end());
      message.insert(message.end(), {entry.number, static_cast<std::uint8_t>(entry.registration_id >> 8),
                                     static_cast<std::uint8_t>(entry.registration_id)});
      message.insert(message.end(), 48, entry.key_byte);
      permits += base::text(entry.permit);
    }
    message.insert(message.end(), shared.begin(), shared.end());
    frames::SharedSendRequest made;
    made.set_idempotency_key(std::string(16, static_cast<char>(key)));
    made.set_permits(permits);
    made.set_message(base::text(message));
    made.set_is_ephemeral(is_ephemeral);
    return made;
  }
};

struct SharedMessagesTest : testing::Test {
  SharedMessagesTest() {
    EXPECT_EQ(ana.move_in().status, 200u);
    EXPECT_EQ(bob.move_in().status, 200u);
    draft.entries = {of(ana, 1), of(bob, 2)};
  }
  static SharedDraft::Entry of(const TestDevice& device, std::uint8_t key_byte) {
    return {.mailbox = device.draft.mailbox, .permit = device.permit, .key_byte = key_byte};
  }
  net::Response send(const frames::SharedSendRequest& request) {
    return ana.ask_with({}, "POST", "/v1/shared-messages", serialized(request));
  }
  std::vector<int> outcomes(const net::Response& response) {
    EXPECT_EQ(response.status, 200u);
    const auto answer = parsed<Answer>(response.body);
    return {answer.outcomes().begin(), answer.outcomes().end()};
  }
  std::uint64_t queued(TestDevice& device) { return device.status().queued_envelopes(); }
  std::string received_by(TestDevice& device) {
    const auto mailbox = device.open_mailbox();
    return next_frame(world, **mailbox).deliver().envelope();
  }
  std::string received_form(std::uint8_t key_byte) const {
    return base::text(base::concat({base::Bytes<1>{0x22}, base::Blob(48, key_byte), draft.shared}));
  }

  ServerWorld world;
  TestDevice ana{world, 1, "ana"};
  TestDevice bob{world, 2, "bob"};
  SharedDraft draft;
};

TEST_F(SharedMessagesTest, EachDeviceGetsItsOwnPartAndWhatIsShared) {
  EXPECT_EQ(outcomes(send(draft.request())), (std::vector<int>{Answer::STORED, Answer::STORED}));
  EXPECT_EQ(received_by(ana), received_form(1));
  EXPECT_EQ(received_by(bob), received_form(2));
}

TEST_F(SharedMessagesTest, KeepsThePayloadOnce) {
  EXPECT_EQ(send(draft.request()).status, 200u);
  server::Database database(world.folder.path / "server.db", server::Database::Access::read);
  server::Query payloads(database, "SELECT count(*), sum(length(payload)) FROM payloads");
  ASSERT_TRUE(payloads.next());
  EXPECT_EQ(payloads.number(0), 1);
  EXPECT_EQ(payloads.number(1), static_cast<std::int64_t>(draft.shared.size()));
}

TEST_F(SharedMessagesTest, OneWrongEntryKeepsNoOtherBack) {
  draft.entries.push_back(of(bob, 3));
  draft.entries[1].permit[0] ^= 1;                                             // not bob's
  draft.entries[2].mailbox = wire::MailboxId::made_of(base::Bytes<16>{1, 2});  // nobody's
  EXPECT_EQ(outcomes(send(draft.request())), (std::vector<int>{Answer::STORED, Answer::NO_PERMIT, Answer::NO_PERMIT}));
  EXPECT_EQ(queued(ana), 1u);
  EXPECT_EQ(queued(bob), 0u);
}

/// Entries of nobody's, which cost a look-up each.
void add_wrong(SharedDraft& draft, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto byte = [i](int shift) { return static_cast<std::uint8_t>(i >> shift); };
    draft.entries.push_back({.mailbox = wire::MailboxId::made_of(base::Bytes<16>{1, byte(8), byte(0)})});
  }
}

TEST_F(SharedMessagesTest, StrangersLookUpsAreCountedByEntries) {
  draft.entries.clear();
  add_wrong(draft, 4'000);
  net::Response response;
  int taken = 0;
  for (; taken < 10; ++taken) {
    draft.key = static_cast<std::uint8_t>(10 + taken);
    response = send(draft.request());
    if (response.status != 200) break;
  }
  EXPECT_EQ(taken, static_cast<int>(server::limits::allowance(server::limits::Deed::refusal).all.at_once / 4'000));
  EXPECT_EQ(response.status, 429u);
  EXPECT_EQ(code_of(response), "too_many");
  EXPECT_FALSE(net::header(response.headers, "Retry-After").empty());
}

TEST_F(SharedMessagesTest, WhoHasGoodPermitsIsNotKeptOutByStrangers) {
  SharedDraft wrong;
  add_wrong(wrong, 4'000);
  for (wrong.key = 10; wrong.key < 30 && send(wrong.request()).status == 200; ++wrong.key) {
  }
  add_wrong(draft, 4);
  const auto given = outcomes(send(draft.request()));
  EXPECT_EQ(given[0], Answer::STORED);
  EXPECT_EQ(given[1], Answer::STORED);
  EXPECT_EQ(given[5], Answer::NO_PERMIT);
}

TEST_F(SharedMessagesTest, WhatIsToWaitDeliversNothing) {
  SharedDraft wrong;
  add_wrong(wrong, 4'000);
  for (wrong.key = 10; wrong.key < 30 && send(wrong.request()).status == 200; ++wrong.key) {
  }
  add_wrong(draft, 100);
  EXPECT_EQ(send(draft.request()).status, 429u);
  EXPECT_EQ(queued(ana), 0u);
}

TEST_F(SharedMessagesTest, NamesADeviceThatWasSetUpAnew) {
  draft.entries[1].registration_id = 17;
  EXPECT_EQ(outcomes(send(draft.request())), (std::vector<int>{Answer::STORED, Answer::STALE}));
  EXPECT_EQ(queued(bob), 0u);
}

TEST_F(SharedMessagesTest, NamesDevicesOfAddressedAccountsThatNobodyAddressed) {
  Keeper keeper{ana};
  SecondDevice second(keeper, 11);
  ASSERT_EQ(second.arrive().status, 200u);
  ASSERT_EQ(keeper.put_list(second.joined(2)).status, 200u);
  const auto answer = parsed<Answer>(send(draft.request()).body);
  ASSERT_EQ(answer.missing_size(), 1);
  EXPECT_EQ(answer.missing(0).mailbox_id(), base::text(second.device.draft.mailbox.view()));
  EXPECT_EQ(answer.missing(0).device_number(), 2u);
  EXPECT_EQ(queued(ana), 1u);  // the others are delivered all the same
}

TEST_F(SharedMessagesTest, AFullShareIsThatEntrysOutcomeOnly) {
  draft.entries[1].permit = bob.permit = {7};
  ASSERT_EQ(bob.put_permit(frames::Permit::LINK).status, 200u);
  const std::string large(server::limits::envelope, 'x');
  const auto share = server::limits::share(server::PermitClass::link);
  const auto room = share.bytes / share.senders / large.size();
  for (std::uint8_t key = 0; key < room; ++key) ASSERT_EQ(ana.send(bob, large, key).status, 200u);
  draft.shared = base::Blob(server::limits::envelope - 100, 9);
  EXPECT_EQ(outcomes(send(draft.request())), (std::vector<int>{Answer::STORED, Answer::FULL}));
}

TEST_F(SharedMessagesTest, ARetryIsDeliveredOnceWithTheSameAnswer) {
  const auto first = send(draft.request()), again = send(draft.request());
  EXPECT_EQ(first.body, again.body);
  EXPECT_EQ(queued(bob), 1u);
  draft.shared[0] ^= 1;
  EXPECT_EQ(code_of(send(draft.request())), "idempotency_conflict");
}

TEST_F(SharedMessagesTest, RefusesWhatIsNotOneEntryForOneDevice) {
  draft.entries = {of(ana, 1), of(ana, 2)};  // one mailbox twice
  EXPECT_EQ(code_of(send(draft.request())), "malformed_body");
  draft.entries = {of(ana, 1), of(bob, 2)};
  auto a_permit_too_few = draft.request();
  a_permit_too_few.mutable_permits()->resize(16);
  EXPECT_EQ(code_of(send(a_permit_too_few)), "malformed_body");
  auto cut_off = draft.request();
  cut_off.mutable_message()->resize(60);
  EXPECT_EQ(code_of(send(cut_off)), "malformed_body");
  auto nobody = draft.request();
  nobody.set_message(std::string("\x23\x00", 2) + std::string(100, 'x'));
  nobody.set_permits("");
  EXPECT_EQ(code_of(send(nobody)), "malformed_body");
  draft.entries[0].number = 0;  // excluded: named, and for no device
  EXPECT_EQ(code_of(send(draft.request())), "malformed_body");
  EXPECT_EQ(queued(ana) + queued(bob), 0u);
}

TEST_F(SharedMessagesTest, AnEnvelopeIsNoLargerThanOfOneThatIsSentAlone) {
  draft.shared = base::Blob(server::limits::envelope, 9);
  EXPECT_EQ(code_of(send(draft.request())), "envelope_too_large");
  EXPECT_EQ(queued(bob), 0u);
}

TEST_F(SharedMessagesTest, WhatIsEphemeralIsKeptForNobodyAndIsSmall) {
  draft.is_ephemeral = true;
  const auto mailbox = bob.open_mailbox();
  EXPECT_TRUE(next_frame(world, **mailbox).has_drained());
  EXPECT_EQ(outcomes(send(draft.request())), (std::vector<int>{Answer::STORED, Answer::STORED}));
  const auto frame = next_frame(world, **mailbox);
  EXPECT_EQ(frame.deliver().envelope(), received_form(2));
  EXPECT_EQ(frame.deliver().position(), 0u);
  EXPECT_EQ(queued(ana) + queued(bob), 0u);
  draft.key = 2;
  for (int i = 0; i < 100; ++i) {
    draft.entries.push_back({.mailbox = wire::MailboxId::made_of({static_cast<std::uint8_t>(i), 1})});
  }
  draft.shared = base::Blob(1u << 20, 9);
  EXPECT_EQ(code_of(send(draft.request())), "too_many_entries");
}

TEST_F(SharedMessagesTest, AnswersAfterATickWhateverBecameOfTheEntries) {
  const auto took = [this](std::uint8_t key) {
    draft.key = key;
    const auto begun = world.time.monotonic();
    EXPECT_EQ(send(draft.request()).status, 200u);
    return world.time.monotonic() - begun;
  };
  EXPECT_EQ(took(1), server::limits::answer_tick);
  draft.entries[0].permit[0] ^= 1;
  draft.entries[1].permit[0] ^= 1;
  EXPECT_EQ(took(2), server::limits::answer_tick);
}

}  // namespace
}  // namespace sotto::test
