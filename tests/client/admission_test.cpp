// What hostile servers and hostile contacts try; each refusal leaves the store as it was.
#include "client/admission.hpp"

#include <gtest/gtest.h>

#include "client/correspondent.hpp"

namespace sotto::test {
namespace {

class Hostile : public ::testing::Test {
 protected:
  Correspondent ana{"ana", 1}, ben{"ben", 2}, eve{"eve", 3};

  void all_know_each_other() {
    for (Correspondent* one : {&ana, &ben, &eve}) {
      for (Correspondent* another : {&ana, &ben, &eve}) {
        if (one != another) one->knows(*another);
      }
    }
  }
  /// A message of eve's own, under a certificate for her own key that stands on this server certificate.
  base::Blob under(const relay::ServerCertificate& server) {
    eve.start_session(ben);
    const auto inner = eve.encrypt(ben, wire::pad(eve.content(ben, "hello").serialize()));
    const relay::SenderCertificate::Subject subject{
        .account = eve.id().text(), .device = 1, .identity_key = eve.own().identity.public_key};
    return eve.seal_under(eve.certificate_for(subject, server), eve.own().identity, inner, ben);
  }
  /// Refused for this reason, and nothing is different.
  void expect_refused(base::View envelope, const std::string& reason) {
    const Dump before = ben.home.dump();
    EXPECT_EQ(outcome(ben.receive(envelope)), reason);
    EXPECT_EQ(ben.home.dump(), before);
  }
};

// The outer layer: who seals can't speak as another

TEST_F(Hostile, AnotherAccountsNameInTheCertificateIsRefused_A04_A56) {
  all_know_each_other();
  eve.start_session(ben);
  const auto key = eve.own().identity.public_key;
  const auto as_ana =
      eve.certificate_for({.account = ana.id().text(), .device = 1, .identity_key = key}, eve.issue(1, key));
  const auto inner = eve.encrypt(ben, wire::pad(eve.content(ben, "I am ana").serialize()));
  expect_refused(eve.seal_under(as_ana, eve.own().identity, inner, ben),
                 "its certificate is not of the sender's account");
}

TEST_F(Hostile, ACertificateOfSomebodyElseDoesNotFitItsSealer_A04) {
  all_know_each_other();
  eve.start_session(ben);
  const auto inner = eve.encrypt(ben, wire::pad(eve.content(ben, "I am ana").serialize()));
  expect_refused(eve.seal_under(ana.client_certificate(), eve.own().identity, inner, ben), "its seal can't be opened");
}

TEST_F(Hostile, AMessageOfAnotherSessionUnderOnesOwnSealIsRefused_A04_A56) {
  all_know_each_other();
  Correspondent::converse(ana, ben);
  Correspondent::converse(eve, ben);
  const auto inner = ana.encrypt(ben, wire::pad(ana.content(ben, "from ana").serialize()));
  expect_refused(eve.seal_under(eve.client_certificate(), eve.own().identity, inner, ben), "it can't be decrypted");
  EXPECT_EQ(outcome(ben.receive(ana.seal_under(ana.client_certificate(), ana.own().identity, inner, ben))), "accepted")
      << "the true one is not spoiled by it";
}

TEST_F(Hostile, AFirstMessageOfAnotherUnderOnesOwnSealIsRefused_A04_A56) {
  all_know_each_other();
  ana.start_session(ben);
  const auto inner = ana.encrypt(ben, wire::pad(ana.content(ben, "from ana").serialize()));
  expect_refused(eve.seal_under(eve.client_certificate(), eve.own().identity, inner, ben),
                 "its identity key is not on the sender's list");
}

TEST_F(Hostile, ACertificateForAKeyThatTheAccountKeyDidNotSignIsRefused) {
  all_know_each_other();
  expect_refused(under(ana.issue(1, eve.own().identity.public_key)), "its certificate is not of the sender's account");
}

TEST_F(Hostile, ACertificateWithAnotherNumberOutsideThanInsideIsRefused) {
  all_know_each_other();
  expect_refused(under(eve.issue(2, eve.own().identity.public_key)), "its seal can't be opened");
}

TEST_F(Hostile, ACertificateWithMoreThanSottoWritesIsRefused) {
  all_know_each_other();
  eve.start_session(ben);
  const auto inner = eve.encrypt(ben, wire::pad(eve.content(ben, "hello").serialize()));
  const relay::SenderCertificate::Subject subject{.account = eve.id().text(),
                                                  .device = 1,
                                                  .identity_key = eve.own().identity.public_key,
                                                  .phone_number = "+15550100"};
  expect_refused(eve.seal_under(eve.certificate_for(subject, eve.server_certificate()), eve.own().identity, inner, ben),
                 "its seal can't be opened");
}

TEST_F(Hostile, AnExpiredCertificateIsNoReasonToRefuse) {
  all_know_each_other();
  eve.start_session(ben);
  const base::Blob envelope = eve.seal(ben, eve.content(ben, "late"));
  ben.now.ms += 400 * base::ms_per_day;
  EXPECT_EQ(outcome(ben.receive(envelope)), "accepted");
}

TEST_F(Hostile, AnEnvelopeForAnotherDeviceCantBeOpened) {
  all_know_each_other();
  expect_refused(ana.write(eve, "for eve"), "its seal can't be opened");
}

TEST_F(Hostile, AnEnvelopeWithOneByteChangedCantBeOpened) {
  all_know_each_other();
  const base::Blob envelope = ana.write(ben, "hello");
  for (std::size_t at = 0; at < envelope.size(); at += 17) {
    base::Blob changed = envelope;
    changed[at] ^= 1;
    EXPECT_FALSE(ben.receive(changed)) << at;
  }
  EXPECT_EQ(outcome(ben.receive(envelope)), "accepted");
}

TEST_F(Hostile, AStrangersFirstMessageUnderAnotherAccountKeyIsRefused_A56) {
  // Everything inside is eve's own and sound, but another account key stands behind the certificate.
  eve.knows(ben);
  expect_refused(under(ana.issue(1, eve.own().identity.public_key)), "its certificate is not of the sender's account");
}

TEST_F(Hostile, EveCannotSpeakUnderAnasIdWithHerOwnKey_A04) {
  // To somebody who doesn't know ana: the introduction would have to be ana's, and name eve's key.
  eve.knows(ben);
  eve.start_session(ben);
  const auto key = eve.own().identity.public_key;
  const auto as_ana =
      eve.certificate_for({.account = ana.id().text(), .device = 1, .identity_key = key}, eve.issue(1, key));
  wire::Content content = eve.content(ben, "I am ana");
  content.introduction = ana.introduction();
  const auto inner = eve.encrypt(ben, wire::pad(content.serialize()));
  const Dump before = ben.home.dump();
  EXPECT_FALSE(ben.receive(eve.seal_under(as_ana, eve.own().identity, inner, ben)));
  EXPECT_EQ(ben.home.dump(), before);
}

// The first contact

TEST_F(Hostile, AStrangerWithAnIntroductionIsHeard) {
  ana.knows(ben);
  const auto verdict = ben.receive(ana.write(ben, "hello"));
  ASSERT_EQ(outcome(verdict), "accepted");
  EXPECT_EQ(std::get<Accepted>(*verdict).sender_name, "ana");
  ben.within([&](store::Transaction& in) {
    EXPECT_TRUE(store::peers::load(in, ana.id()));
    const auto contact = store::contacts::load(in, ana.id());
    ASSERT_TRUE(contact);
    EXPECT_EQ(contact->origin, store::Origin::wrote_first);
    EXPECT_FALSE(contact->verified_root);
  });
}

TEST_F(Hostile, AStrangerWithoutAnIntroductionIsRefused) {
  ana.knows(ben);
  ana.start_session(ben);
  wire::Content content = ana.content(ben, "guess who");
  content.introduction.reset();
  expect_refused(ana.seal(ben, content), "its identity key is not on the sender's list");
}

TEST_F(Hostile, AnIntroductionOfSomebodyElseIsRefused_A04) {
  eve.knows(ben);
  eve.start_session(ben);
  wire::Content content = eve.content(ben, "I am ana");
  content.introduction = ana.introduction();
  const base::Blob envelope = eve.seal(ben, content);
  expect_refused(envelope, "its introduction is of somebody else");
}

TEST_F(Hostile, AListThatStealsAContactsKeyIsRefused_A12) {
  ben.knows(ana);
  eve.knows(ben);
  eve.start_session(ben);
  // Eve signs everything herself, but a consent of ana's device to stand on eve's list can't be made.
  wire::Content content = eve.content(ben, "my second device");
  content.introduction = eve.changed_list([&](wire::DeviceList& list) {
    wire::Device stolen = wire::DeviceList::parse(ana.introduction().list.statement)->devices.front();
    stolen.number = wire::DeviceNumber(2);
    stolen.server_certificate =
        relay::ServerCertificate::issue(2, stolen.identity_key, *eve.own().account_key, eve.random).serialize();
    list.devices.push_back(stolen);
  });
  expect_refused(eve.seal(ben, content), "its introduction does not verify");
}

TEST_F(Hostile, AKeyThatConsentsToTwoAccountsIsOneAccountsOnly_A12) {
  ben.knows(ana);
  eve.knows(ben);
  eve.start_session(ben);
  wire::Content content = eve.content(ben, "we share a device");
  content.introduction = eve.changed_list([&](wire::DeviceList& list) {
    const store::OwnAccount accomplice = ana.own();
    wire::Device shared = wire::DeviceList::parse(accomplice.introduction.list.statement)->devices.front();
    shared.number = wire::DeviceNumber(2);
    const base::Blob consent = shared.consent_of(eve.id()).serialize();
    shared.consent = crypto::sign(accomplice.identity.private_key,
                                  wire::to_be_signed(wire::names::device_consent, consent), eve.random);
    shared.server_certificate =
        relay::ServerCertificate::issue(2, shared.identity_key, *eve.own().account_key, eve.random).serialize();
    list.devices.push_back(shared);
  });
  ASSERT_TRUE(wire::check_introduction(*content.introduction)) << "by itself it is sound";
  expect_refused(eve.seal(ben, content), "its introduction does not verify");
}

TEST_F(Hostile, AnIntroductionThatIsNotSignedIsRefused) {
  ana.knows(ben);
  ana.start_session(ben);
  wire::Content content = ana.content(ben, "hello");
  content.introduction->list.signature[0] ^= 1;
  expect_refused(ana.seal(ben, content), "its introduction does not verify");
}

TEST_F(Hostile, AnotherListInTheSamePlaceIsAForkAndRefused) {
  ana.knows(ben);
  ben.knows(ana);
  ana.start_session(ben);
  wire::Content content = ana.content(ben, "hello");
  content.introduction = ana.changed_list([](wire::DeviceList& list) { ++list.day.value; });
  expect_refused(ana.seal(ben, content), "its introduction contradicts one that was seen before");
}

TEST_F(Hostile, AnotherAccountKeyInTheSameEpochIsAForkAndRefused) {
  ana.knows(ben);
  ben.knows(ana);
  ana.start_session(ben);
  for (const std::uint32_t version : {1u, 2u, 9u}) {
    wire::Content content = ana.content(ben, "hello");
    content.introduction = ana.forked_certificate(version);
    expect_refused(ana.seal(ben, content), "its introduction contradicts one that was seen before");
  }
}

TEST_F(Hostile, ANextListThatDoesNotNameTheOneHeldIsAForkAndRefused) {
  ana.knows(ben);
  ben.knows(ana);
  ana.start_session(ben);
  wire::Content content = ana.content(ben, "hello");
  content.introduction = ana.changed_list([](wire::DeviceList& list) {
    list.previous = {wire::Hash{9}};
    ++list.order.version;
  });
  expect_refused(ana.seal(ben, content), "its introduction contradicts one that was seen before");
}

TEST_F(Hostile, AHigherListCountsAtOnce) {
  ana.knows(ben);
  ben.knows(ana);
  ana.start_session(ben);
  wire::Content content = ana.content(ben, "hello");
  content.introduction = ana.next_list();
  ASSERT_EQ(outcome(ben.receive(ana.seal(ben, content))), "accepted");
  ben.within([&](store::Transaction& in) { EXPECT_EQ(store::peers::load(in, ana.id())->held.list.order.version, 2u); });
}

TEST_F(Hostile, ALowerListIsIgnored) {
  ana.knows(ben);
  ben.knows(ana.next_list());
  ana.start_session(ben);
  const auto peers = ben.home.dump().at("peers");
  ASSERT_EQ(outcome(ben.receive(ana.seal(ben, ana.content(ben, "hello")))), "accepted");
  EXPECT_EQ(ben.home.dump().at("peers"), peers);
}

TEST_F(Hostile, ALowerListDoesNotBringBackARemovedDevice_A07) {
  ana.knows(ben);
  ben.knows(ana);
  ana.start_session(ben);
  const base::Blob envelope = ana.seal(ben, ana.content(ben, "I was removed"));  // brings the list on which it stands
  ben.knows(ana.changed_list([&](wire::DeviceList& list) {
    list.previous = {wire::hash(wire::names::device_list, ana.introduction().list.statement)};
    ++list.order.version;
    list.devices = {ana.another_device(2)};
  }));
  expect_refused(envelope, "its identity key is not on the sender's list");
}

// What stands inside

TEST_F(Hostile, ContentForAnotherAccountIsRefused) {
  all_know_each_other();
  ana.start_session(ben);
  wire::Content content = ana.content(ben, "for eve");
  content.recipient = eve.id();
  expect_refused(ana.seal(ben, content), "it is for another account");
}

TEST_F(Hostile, WrongPaddingIsRefused) {
  all_know_each_other();
  ana.start_session(ben);
  expect_refused(ana.seal_bytes(ben, base::Blob(256, 0)), "its padding is wrong");
  expect_refused(ana.seal_bytes(ben, base::Blob(256, 1)), "its padding is wrong");
  expect_refused(ana.seal_bytes(ben, base::Blob()), "its padding is wrong");
}

TEST_F(Hostile, AFieldThatNobodyKnowsIsRefused) {
  all_know_each_other();
  ana.start_session(ben);
  base::Blob content = ana.content(ben, "hello").serialize();
  content.insert(content.end(), {0xA8, 0x01, 0x01});  // field 21, after the body
  expect_refused(ana.seal_bytes(ben, wire::pad(content)), "its content has a field that this version does not know");
}

TEST_F(Hostile, ABodyOfAnUnknownKindIsKeptAndMarked) {
  all_know_each_other();
  ana.start_session(ben);
  base::Blob content = ana.content(ben, "x").serialize();
  const base::Blob text =
      wire::StrictWriter().bytes(16, wire::StrictWriter().bytes(1, std::string_view("x")).done()).done();
  content.resize(content.size() - text.size());
  const base::Blob later = wire::StrictWriter().bytes(60, std::string_view("of a later version")).done();
  content.insert(content.end(), later.begin(), later.end());
  const base::Blob envelope = ana.seal_bytes(ben, wire::pad(content));
  const auto verdict = ben.receive(envelope);
  ASSERT_EQ(outcome(verdict), "accepted");
  EXPECT_EQ(std::get<Accepted>(*verdict).message.body_kind, 60u);
  EXPECT_EQ(std::get<Accepted>(*verdict).message.body, "");
  EXPECT_EQ(outcome(ben.receive(envelope)), "duplicate");
}

TEST_F(Hostile, TheSameIdWithOtherContentIsRefused) {
  all_know_each_other();
  ana.start_session(ben);
  wire::Content content = ana.content(ben, "yes");
  ASSERT_EQ(outcome(ben.receive(ana.seal(ben, content))), "accepted");
  content.body = wire::Text{"no"};
  expect_refused(ana.seal(ben, content), "its id belongs to another message");
}

TEST_F(Hostile, OnePlaceInTheSequenceWithTwoIdsIsRefused) {
  all_know_each_other();
  ana.start_session(ben);
  wire::Content content = ana.content(ben, "yes");
  ASSERT_EQ(outcome(ben.receive(ana.seal(ben, content))), "accepted");
  content.message_id = ana.random.bytes<16>();
  expect_refused(ana.seal(ben, content), "its place in the sequence is taken");
}

TEST_F(Hostile, TheSameMessageEncryptedTwiceIsShownOnce) {
  all_know_each_other();
  ana.start_session(ben);
  const wire::Content content = ana.content(ben, "yes");
  ASSERT_EQ(outcome(ben.receive(ana.seal(ben, content))), "accepted");
  EXPECT_EQ(outcome(ben.receive(ana.seal(ben, content))), "duplicate");
  EXPECT_EQ(ben.home.number("SELECT count(*) FROM messages"), 1);
}

TEST_F(Hostile, TwoPeopleMayUseTheSameIdAndTheSamePlace) {
  all_know_each_other();
  ana.start_session(ben);
  eve.start_session(ben);
  const wire::Content from_ana = ana.content(ben, "mine");
  wire::Content from_eve = eve.content(ben, "mine too");
  from_eve.message_id = from_ana.message_id;
  from_eve.seq = from_ana.seq;
  EXPECT_EQ(outcome(ben.receive(ana.seal(ben, from_ana))), "accepted");
  EXPECT_EQ(outcome(ben.receive(eve.seal(ben, from_eve))), "accepted");
}

// Replays

TEST_F(Hostile, AReplayedFirstMessageIsADuplicateWhileItsSessionLives_A17) {
  all_know_each_other();
  ana.start_session(ben, Correspondent::Taken::last_resort);
  const base::Blob envelope = ana.seal(ben, ana.content(ben, "first"));
  ASSERT_EQ(outcome(ben.receive(envelope)), "accepted");
  const Dump before = ben.home.dump();
  EXPECT_EQ(outcome(ben.receive(envelope)), "duplicate");
  EXPECT_EQ(ben.home.dump(), before);
}

TEST_F(Hostile, AReplayOnLastResortPrekeysIsRefusedWhenItsSessionIsGone_A17) {
  all_know_each_other();
  ana.start_session(ben, Correspondent::Taken::last_resort);
  const base::Blob envelope = ana.seal(ben, ana.content(ben, "first"));
  ASSERT_EQ(outcome(ben.receive(envelope)), "accepted");
  ben.drop_session(ana);
  ben.home.run("DELETE FROM messages");
  expect_refused(envelope, "it is a first message that came before");
}

TEST_F(Hostile, AReplayOnOneTimePrekeysIsRefusedWhenItsSessionIsGone_A17) {
  all_know_each_other();
  ana.start_session(ben);
  const base::Blob envelope = ana.seal(ben, ana.content(ben, "first"));
  ASSERT_EQ(outcome(ben.receive(envelope)), "accepted");
  ben.drop_session(ana);
  ben.home.run("DELETE FROM messages");
  expect_refused(envelope, "it uses a prekey that is gone");
}

TEST_F(Hostile, BothOneTimePrekeysAreGoneOnceTheyWereUsed_A17) {
  all_know_each_other();
  ana.start_session(ben);
  const auto curve = ben.home.number("SELECT count(*) FROM one_time_prekeys");
  const auto kyber = ben.home.number("SELECT count(*) FROM kyber_prekeys");
  ASSERT_EQ(outcome(ben.receive(ana.seal(ben, ana.content(ben, "first")))), "accepted");
  EXPECT_EQ(ben.home.number("SELECT count(*) FROM one_time_prekeys"), curve - 1);
  EXPECT_EQ(ben.home.number("SELECT count(*) FROM kyber_prekeys"), kyber - 1);
  ASSERT_EQ(outcome(ben.receive(ana.seal(ben, ana.content(ben, "second")))), "accepted");
  EXPECT_EQ(ben.home.number("SELECT count(*) FROM one_time_prekeys"), curve - 1);
}

TEST_F(Hostile, LastResortPrekeysServeManyPeople) {
  all_know_each_other();
  ana.start_session(ben, Correspondent::Taken::last_resort);
  eve.start_session(ben, Correspondent::Taken::last_resort);
  EXPECT_EQ(outcome(ben.receive(ana.seal(ben, ana.content(ben, "one")))), "accepted");
  EXPECT_EQ(outcome(ben.receive(eve.seal(ben, eve.content(ben, "two")))), "accepted");
}

TEST_F(Hostile, ReorderedMessagesAreAllHeardOnce) {
  all_know_each_other();
  Correspondent::converse(ana, ben);
  std::vector<base::Blob> envelopes;
  for (int i = 0; i < 20; ++i) envelopes.push_back(ana.write(ben, "number " + std::to_string(i)));
  for (auto envelope = envelopes.rbegin(); envelope != envelopes.rend(); ++envelope) {
    EXPECT_EQ(outcome(ben.receive(*envelope)), "accepted");
  }
  for (const base::Blob& envelope : envelopes) EXPECT_EQ(outcome(ben.receive(envelope)), "duplicate");
}

TEST_F(Hostile, NoChangedByteIsAcceptedAndNoneChangesAnything) {
  all_know_each_other();
  const base::Blob first = ana.write(ben, "first");
  const Dump before = ben.home.dump();
  for (std::size_t at = 0; at < first.size(); at += at < 64 ? 1 : 37) {
    base::Blob changed = first;
    changed[at] ^= 0x11;
    EXPECT_NE(outcome(ben.receive(changed)), "accepted") << at;
  }
  EXPECT_EQ(ben.home.dump(), before);
  ASSERT_EQ(outcome(ben.receive(first)), "accepted");
  ASSERT_EQ(outcome(ana.receive(ben.write(ana, "answer"))), "accepted");
  const base::Blob second = ana.write(ben, "second");
  const Dump then = ben.home.dump();
  for (std::size_t at = 0; at < second.size(); ++at) {
    base::Blob changed = second;
    changed[at] ^= 0x11;
    EXPECT_NE(outcome(ben.receive(changed)), "accepted") << at;
  }
  EXPECT_EQ(ben.home.dump(), then);
  EXPECT_EQ(outcome(ben.receive(second)), "accepted");
}

// The store

TEST_F(Hostile, AFullStoreDecidesNothingAndTheMessageCanComeAgain) {
  all_know_each_other();
  ana.start_session(ben);
  const base::Blob envelope = ana.seal(ben, ana.content(ben, std::string(300'000, 'x')));
  ben.home.limit_pages(ben.home.pages());
  const Dump before = ben.home.dump();
  const auto failed = ben.receive(envelope);
  ASSERT_FALSE(failed);
  ASSERT_TRUE(failed.error().store_failed);
  EXPECT_EQ(failed.error().store_failed->error, store::Error::disk_full);
  EXPECT_EQ(ben.home.dump(), before);
  ben.home.limit_pages(0);
  EXPECT_EQ(outcome(ben.receive(envelope)), "accepted");
}

}  // namespace
}  // namespace sotto::test
