#include "server/sending/messages.hpp"

#include <gtest/gtest.h>

#include "server/limits.hpp"
#include "server/test_device.hpp"

namespace sotto::test {
namespace {

struct MessagesTest : testing::Test {
  MessagesTest() {
    EXPECT_EQ(ana.move_in().status, 200u);
    EXPECT_EQ(bob.move_in().status, 200u);
  }
  std::uint64_t queued() { return bob.status().queued_envelopes(); }

  ServerWorld world;
  TestDevice ana{world, 1, "ana"};
  TestDevice bob{world, 2, "bob"};
};

TEST_F(MessagesTest, KeepsAnEnvelopeUntilItsDeviceComes) {
  EXPECT_EQ(ana.send(bob, "hello", 1).status, 200u);
  EXPECT_EQ(queued(), 1u);
  world.restart();
  EXPECT_EQ(queued(), 1u);
}

TEST_F(MessagesTest, DeliversARepeatedRequestOnceAlsoAfterARestart) {
  EXPECT_EQ(ana.send(bob, "hello", 1).status, 200u);
  EXPECT_EQ(ana.send(bob, "hello", 1).status, 200u);
  world.restart();
  EXPECT_EQ(ana.send(bob, "hello", 1).status, 200u);
  EXPECT_EQ(queued(), 1u);
}

TEST_F(MessagesTest, DropsAnEnvelopeAfterThreeWeeks) {
  EXPECT_EQ(ana.send(bob, "hello", 1).status, 200u);
  net::spawn(world.io.get_executor(), world.server->keep_tidy());
  world.time.run_for(std::chrono::hours(24 * 21));
  EXPECT_EQ(queued(), 1u);
  world.time.run_for(std::chrono::hours(24 * 2));
  EXPECT_EQ(queued(), 0u);
}

TEST_F(MessagesTest, RefusesAnotherRequestWithTheSameKey) {
  EXPECT_EQ(ana.send(bob, "hello", 1).status, 200u);
  const auto response = ana.send(bob, "other", 1);
  EXPECT_EQ(response.status, 409u);
  EXPECT_EQ(code_of(response), "idempotency_conflict");
  EXPECT_EQ(bob.send(ana, "hello", 1).status, 200u);  // keys for another recipient are their own
  EXPECT_EQ(queued(), 1u);
}

TEST_F(MessagesTest, AnswersAnUnknownRecipientLikeAWrongPermit) {
  TestDevice stranger(world, 3, "eve");
  stranger.draft.mailbox = bob.draft.mailbox;
  const auto unknown = ana.send(stranger, "hello", 1);
  bob.permit[0] ^= 1;
  const auto wrong = ana.send(bob, "hello", 1);
  EXPECT_EQ(unknown.status, 403u);
  EXPECT_EQ(code_of(unknown), "no_such_permit");
  EXPECT_EQ(wrong.status, unknown.status);
  EXPECT_EQ(wrong.body, unknown.body);
  EXPECT_EQ(queued(), 0u);
}

TEST_F(MessagesTest, RefusesWhoSaysWhoItIsBesideItsPermit) {
  auto both = ana.headers();
  both.push_back(bob.permit_header());
  const auto response = ana.ask_with(both, "POST", "/v1/messages", serialized(ana.letter_to(bob, "hello", 1)));
  EXPECT_EQ(code_of(response), "token_and_permit");
  EXPECT_EQ(queued(), 0u);
}

TEST_F(MessagesTest, AnswersAfterATickWhetherOrNotTheRecipientIsThere) {
  const auto took = [this](std::uint8_t key) {
    const auto begun = world.time.monotonic();
    EXPECT_EQ(ana.send(bob, "hello", key).status, 200u);
    return world.time.monotonic() - begun;
  };
  EXPECT_EQ(took(1), server::limits::answer_tick);
  const auto mailbox = bob.open_mailbox();
  acknowledge(world, **mailbox, {next_frame(world, **mailbox).deliver().position()});
  EXPECT_TRUE(next_frame(world, **mailbox).has_drained());
  EXPECT_EQ(took(2), server::limits::answer_tick);
  bob.permit[0] ^= 1;
  const auto begun = world.time.monotonic();
  EXPECT_EQ(ana.send(bob, "hello", 3).status, 403u);
  EXPECT_EQ(world.time.monotonic() - begun, server::limits::answer_tick);
}

TEST_F(MessagesTest, NamesMissingAndExtraDevicesAndDeliversNothing) {
  auto letter = ana.letter_to(bob, "hello", 1);
  letter.mutable_items(0)->set_mailbox_id(base::text(ana.draft.mailbox.view()));
  const auto response = ana.send(bob, letter);
  EXPECT_EQ(response.status, 409u);
  const auto error = parsed<frames::Error>(response.body);
  EXPECT_EQ(error.code(), "wrong_devices");
  ASSERT_EQ(error.missing_size(), 1);
  EXPECT_EQ(error.missing(0).mailbox_id(), base::text(bob.draft.mailbox.view()));
  EXPECT_EQ(error.missing(0).device_number(), 1u);
  EXPECT_EQ(error.missing(0).registration_id(), 4242u);
  ASSERT_EQ(error.extra_size(), 1);
  EXPECT_EQ(error.extra(0), base::text(ana.draft.mailbox.view()));
  EXPECT_EQ(queued(), 0u);
  EXPECT_EQ(ana.send(bob, "hello", 1).status, 200u);  // the key was not used up
}

TEST_F(MessagesTest, NamesStaleDevicesAndDeliversNothing) {
  auto letter = ana.letter_to(bob, "hello", 1);
  letter.mutable_items(0)->set_registration_id(17);
  const auto response = ana.send(bob, letter);
  EXPECT_EQ(response.status, 410u);
  const auto error = parsed<frames::Error>(response.body);
  EXPECT_EQ(error.code(), "stale_devices");
  ASSERT_EQ(error.stale_size(), 1);
  EXPECT_EQ(error.stale(0).registration_id(), 4242u);
  EXPECT_EQ(queued(), 0u);
}

TEST_F(MessagesTest, RefusesWhatIsNotALetter) {
  EXPECT_EQ(code_of(ana.ask_anonymously(bob, "POST", "/v1/messages", {0xff, 0xff})), "malformed_body");
  auto no_key = ana.letter_to(bob, "hello", 1);
  no_key.clear_idempotency_key();
  EXPECT_EQ(code_of(ana.send(bob, no_key)), "malformed_body");
  auto empty = ana.letter_to(bob, "", 1);
  EXPECT_EQ(code_of(ana.send(bob, empty)), "malformed_body");
  auto nobody = ana.letter_to(bob, "hello", 1);
  nobody.clear_items();
  EXPECT_EQ(code_of(ana.send(bob, nobody)), "malformed_body");
  auto twice = ana.letter_to(bob, "hello", 1);
  *twice.add_items() = twice.items(0);
  EXPECT_EQ(code_of(ana.send(bob, twice)), "malformed_body");
  auto crowd = ana.letter_to(bob, "hello", 1);
  for (int i = 0; i < 16; ++i) *crowd.add_items() = crowd.items(0);
  EXPECT_EQ(code_of(ana.send(bob, crowd)), "malformed_body");
  auto account_as_mailbox = ana.letter_to(bob, "hello", 1);
  account_as_mailbox.mutable_items(0)->set_mailbox_id(base::text(bob.draft.account_id().view()));
  EXPECT_EQ(code_of(ana.send(bob, account_as_mailbox)), "malformed_body");
}

TEST_F(MessagesTest, TakesEnvelopesUpToTheirLimit) {
  EXPECT_EQ(ana.send(bob, std::string(server::limits::envelope, 'x'), 1).status, 200u);
  const auto response = ana.send(bob, std::string(server::limits::envelope + 1, 'x'), 2);
  EXPECT_EQ(response.status, 413u);
  EXPECT_EQ(code_of(response), "envelope_too_large");
}

TEST_F(MessagesTest, SaysWhenToComeBackIfAMailboxIsFullAndTakesMoreOnceThereIsRoom) {
  const std::string large(server::limits::envelope, 'x');
  std::uint8_t key = 0;
  std::uint64_t sent = 0;
  while (sent + large.size() <= server::limits::share(server::PermitClass::contact).bytes) {
    ASSERT_EQ(ana.send(bob, large, ++key).status, 200u);
    sent += large.size();
  }
  const auto response = ana.send(bob, large, 0xff);
  EXPECT_EQ(response.status, 429u);
  EXPECT_EQ(code_of(response), "mailbox_full");
  EXPECT_FALSE(net::header(response.headers, "Retry-After").empty());

  const auto mailbox = bob.open_mailbox();
  const auto first = next_frame(world, **mailbox);
  acknowledge(world, **mailbox, {first.deliver().position()});
  EXPECT_EQ(ana.send(bob, large, 0xff).status, 200u);
}

TEST_F(MessagesTest, ARightThatEndedWhileTheBodyCameDoesNotCount) {
  const base::Blob body = serialized(ana.letter_to(bob, "hello", 1));
  const net::Header permit = bob.permit_header();
  const std::string head = "POST /v1/messages HTTP/1.1\r\nHost: here:443\r\n" + permit.name + ": " + permit.value +
                           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  const auto stream = *net::run(world.time, world.network.connect(world.endpoint(), {}, std::chrono::seconds(1)));
  ASSERT_TRUE(net::run(world.time, net::write_all(*stream, base::view(head))));
  world.time.settle();
  frames::PermitChange change;
  change.add_revoke(base::text(wire::permit_hash(bob.draft.account_id(), bob.permit)));
  ASSERT_EQ(bob.ask("PUT", "/v1/permits", serialized(change)).status, 200u);
  ASSERT_TRUE(net::run(world.time, net::write_all(*stream, body)));
  base::Blob answer;
  ASSERT_TRUE(net::run(world.time, net::read_onto(*stream, answer, 4096)));
  EXPECT_TRUE(base::text(answer).starts_with("HTTP/1.1 403"));
  EXPECT_EQ(queued(), 0u);
}

TEST_F(MessagesTest, AClassWithAFullQueueLeavesTheOthersTheirs) {
  const wire::Permit contact = bob.permit;
  const std::string large(server::limits::envelope, 'x');
  std::uint8_t key = 0;
  std::size_t taken = 0;
  for (std::uint8_t permit = 7; permit < 13; ++permit) {
    bob.permit = {permit};
    EXPECT_EQ(bob.put_permit(frames::Permit::LINK).status, 200u);
    while (ana.send(bob, large, key++).status == 200u) ++taken;
  }
  EXPECT_EQ(taken, server::limits::share(server::PermitClass::link).bytes / large.size());
  EXPECT_EQ(code_of(ana.send(bob, large, 0xff)), "mailbox_full");
  bob.permit = contact;
  EXPECT_EQ(ana.send(bob, large, 0xff).status, 200u);
}

TEST_F(MessagesTest, OnePermitOfALinkThatFillsItsPartLeavesRoomToAnother) {
  const std::string large(server::limits::envelope, 'x');
  std::uint8_t key = 0;
  bob.permit = {7};
  EXPECT_EQ(bob.put_permit(frames::Permit::LINK).status, 200u);
  while (ana.send(bob, large, key++).status == 200u) {
  }
  EXPECT_EQ(code_of(ana.send(bob, large, key++)), "mailbox_full");
  bob.permit = {8};
  EXPECT_EQ(bob.put_permit(frames::Permit::LINK).status, 200u);
  EXPECT_EQ(ana.send(bob, large, key++).status, 200u);
}

TEST_F(MessagesTest, OnePermitOfALinkThatSendsTooOftenLeavesAnotherItsRate) {
  const auto share = server::limits::share(server::PermitClass::link);
  bob.permit = {7};
  EXPECT_EQ(bob.put_permit(frames::Permit::LINK).status, 200u);
  std::uint8_t key = 0;
  while (ana.send(bob, "again", ++key).status == 200u) {
  }
  EXPECT_LT(key, share.sends_at_once);
  bob.permit = {8};
  EXPECT_EQ(bob.put_permit(frames::Permit::LINK).status, 200u);
  EXPECT_EQ(ana.send(bob, "hello", 0xff).status, 200u);
}

TEST_F(MessagesTest, AClassThatSendsTooOftenWaitsAndTheOthersDoNot) {
  const wire::Permit contact = bob.permit;
  bob.permit = {7};
  EXPECT_EQ(bob.put_permit(frames::Permit::LINK).status, 200u);
  net::Response last;
  for (int i = 0; i < 200 && last.status == 200; ++i) last = ana.send(bob, "x", static_cast<std::uint8_t>(i));
  EXPECT_EQ(last.status, 429u);
  EXPECT_EQ(code_of(last), "too_many");
  const int wait = std::stoi(std::string(net::header(last.headers, "Retry-After")));
  bob.permit = contact;
  EXPECT_EQ(ana.send(bob, "x", 250).status, 200u);
  bob.permit = {7};
  world.time.run_for(std::chrono::seconds(wait));
  EXPECT_EQ(ana.send(bob, "x", 251).status, 200u);
}

TEST_F(MessagesTest, PassesAnEphemeralEnvelopeToWhoIsThereAndKeepsItForNobody) {
  auto letter = ana.letter_to(bob, "typing", 1);
  letter.set_is_ephemeral(true);
  const auto begun = world.time.monotonic();
  EXPECT_EQ(ana.send(bob, letter).status, 200u);
  const auto took = world.time.monotonic() - begun;
  EXPECT_EQ(queued(), 0u);
  const auto mailbox = bob.open_mailbox();
  EXPECT_TRUE(next_frame(world, **mailbox).has_drained());
  const auto again = world.time.monotonic();
  EXPECT_EQ(ana.send(bob, letter).status, 200u);
  EXPECT_EQ(world.time.monotonic() - again, took);
  const auto frame = next_frame(world, **mailbox);
  EXPECT_EQ(frame.deliver().envelope(), "typing");
  EXPECT_EQ(frame.deliver().position(), 0u);
  EXPECT_EQ(queued(), 0u);
}

TEST_F(MessagesTest, HoldsFewEphemeralBytesForWhoReadsSlowly) {
  const auto mailbox = bob.open_mailbox();
  EXPECT_TRUE(next_frame(world, **mailbox).has_drained());
  auto large = ana.letter_to(bob, std::string(server::limits::ephemeral_bytes + 1, 'x'), 1);
  large.set_is_ephemeral(true);
  EXPECT_EQ(ana.send(bob, large).status, 200u);  // answered alike, and passed on to nobody
  auto small = ana.letter_to(bob, "typing", 2);
  small.set_is_ephemeral(true);
  EXPECT_EQ(ana.send(bob, small).status, 200u);
  EXPECT_EQ(next_frame(world, **mailbox).deliver().envelope(), "typing");
}

}  // namespace
}  // namespace sotto::test
