// Who may write to whom: requests, contacts, blocking, links, names.
#include <gtest/gtest.h>

#include "client/claimed_names.hpp"
#include "client/contact_links.hpp"
#include "client/people.hpp"
#include "client/permits.hpp"
#include "client/preferences.hpp"
#include "e2e/town.hpp"

namespace sotto::test {
namespace {

using namespace std::chrono_literals;
namespace people = client::people;
using Texts = std::vector<std::string>;

std::string id_of(Resident& who) { return who.own().account_id.text(); }

store::Contact contact_of(Resident& at, Resident& whom) {
  const auto account = whom.own().account_id;
  return *at.home->transact([&](store::Transaction& in) -> base::Result<store::Contact, store::Problem> {
    return *store::contacts::load(in, account);
  });
}

/// What is jittered leaves, and arrives at the other side.
void settle(Town& town, Resident& one, Resident& another) {
  for (int round = 0; round < 3; ++round) {
    town.time.run_for(40s);
    for (Resident* who : {&one, &another}) ASSERT_TRUE(who->listen());
  }
}

class InMemoryRequests : public testing::Test {
 protected:
  /// Ana knows Ben's address and writes; Ben does not know her.
  void ask(const std::string& words) {
    ASSERT_TRUE(ana.add(ben));
    ASSERT_TRUE(ana.write(ben, words));
    ASSERT_TRUE(ben.listen());
  }
  Town town;
  Resident& ana = town.resident("ana");
  Resident& ben = town.resident("ben");
};

TEST_F(InMemoryRequests, WhoWroteFirstWaitsForAnAnswer) {
  ask("may I?");
  const auto waiting = people::requests(*ben.engine);
  ASSERT_TRUE(waiting);
  ASSERT_EQ(waiting->size(), 1u);
  EXPECT_EQ(waiting->front().contact.account_id, ana.own().account_id);
  EXPECT_EQ(waiting->front().messages, 1);
  EXPECT_TRUE(people::contacts(*ben.engine)->empty());
}

TEST_F(InMemoryRequests, NothingIsAnsweredBeforeThePersonDoes_A37) {
  ASSERT_TRUE(ana.add(ben));
  ASSERT_TRUE(ana.write(ben, "are you there?"));
  settle(town, ben, ana);
  const auto state = ana.engine->history("ben", std::nullopt);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->front().message.state, store::State::sent) << "no receipt";
  EXPECT_FALSE(contact_of(ana, ben).profile_key) << "no profile key";
}

TEST_F(InMemoryRequests, OneThatIsAcceptedIsAContactOfBothSides) {
  ask("may I?");
  const auto accepted = people::accept(*ben.engine, id_of(ana).substr(0, 6), "Ana");
  ASSERT_TRUE(accepted) << accepted.error().message;
  ASSERT_TRUE(ben.run(ben.engine->drain_outbox()));
  settle(town, ana, ben);
  EXPECT_TRUE(contact_of(ana, ben).profile_key);
  EXPECT_TRUE(contact_of(ben, ana).profile_key) << "ana had added him: hers comes as the answer";
  EXPECT_TRUE(people::requests(*ben.engine)->empty());
  ASSERT_TRUE(ana.write(ben, "by the contact's permit"));
  ASSERT_TRUE(ben.listen());
  EXPECT_FALSE(ben.heard.back().is_stranger);
}

TEST_F(InMemoryRequests, OneThatIsDeletedIsErasedAndMayBeMadeAgain) {
  ask("buy something");
  ASSERT_TRUE(people::refuse(*ben.engine, id_of(ana)));
  EXPECT_TRUE(people::requests(*ben.engine)->empty());
  for (const auto& [table, rows] : ben.home.dump()) {
    for (const std::string& row : rows) EXPECT_EQ(row.find("buy something"), row.npos) << table;
  }
  ASSERT_TRUE(ana.write(ben, "once more"));
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(people::requests(*ben.engine)->size(), 1u);
}

TEST_F(InMemoryRequests, NobodyAnswersOneBeforeItIsAccepted) {
  ask("hello");
  const auto written = ben.engine->enqueue(id_of(ana), "hello back");
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().message.find("request accept"), std::string::npos);
}

TEST(InMemoryBlocking, NothingOfSomebodyBlockedIsTaken) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  Town::introduce(ana, ben);
  ASSERT_TRUE(ana.write(ben, "before"));
  ASSERT_TRUE(ben.listen());
  ASSERT_TRUE(people::block(*ben.engine, "ana"));
  ASSERT_TRUE(ben.run(ben.engine->settle_permits()));
  const auto before = ben.heard.size();
  (void)ana.write(ben, "after");
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(ben.heard.size(), before);
  const auto written = ben.engine->enqueue("ana", "you");
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().message.find("blocked"), std::string::npos);
}

TEST(InMemoryBlocking, TakesBackEveryPermitThatTheyHadFromUs) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben"), &cem = town.resident("cem");
  Town::introduce(ana, ben);
  Town::introduce(cem, ben);
  for (Resident* who : {&ana, &cem}) {
    ASSERT_TRUE(who->write(ben, "hello"));
    ASSERT_TRUE(ben.listen());
    ASSERT_TRUE(ben.write(*who, "hello"));
    settle(town, *who, ben);
    settle(town, *who, ben);
  }
  ASSERT_TRUE(contact_of(ana, ben).profile_key);
  const auto key_before = contact_of(cem, ben).profile_key;
  ASSERT_TRUE(key_before);
  ASSERT_TRUE(people::block(*ben.engine, "ana"));
  ASSERT_TRUE(ben.run(ben.engine->settle_permits()));
  ASSERT_TRUE(ben.run(ben.engine->drain_outbox()));

  const store::Contact held = contact_of(ana, ben);
  client::Post post(town.network, town.time, {.authority = *wire::Authority::parse("here:443"), .ca_pem = ""});
  const auto account = ben.own().account_id;
  const auto is_good = [&](const wire::Permit& permit) {
    return ana.run(post.introduction_of(account, permit))->has_value();
  };
  EXPECT_FALSE(is_good(client::permits::contact_permit(store::ProfileKey(*held.profile_key))));
  ASSERT_TRUE(held.permit);
  EXPECT_FALSE(is_good(*base::fixed<16>(*held.permit)));

  settle(town, cem, ben);
  const auto key_after = contact_of(cem, ben).profile_key;
  EXPECT_NE(key_after, key_before) << "who stays a contact is given the new key";
  EXPECT_TRUE(is_good(client::permits::contact_permit(store::ProfileKey(*key_after))));
}

TEST(InMemoryBlocking, OnOneDeviceIsBlockingOnAll) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben"), &tablet = town.visitor("tablet");
  Town::introduce(ana, ben);
  ASSERT_TRUE(tablet.join(ben));
  ASSERT_TRUE(ana.write(ben, "hello"));
  settle(town, ben, tablet);
  ASSERT_TRUE(people::block(*ben.engine, "ana"));
  settle(town, ben, tablet);
  EXPECT_EQ(contact_of(tablet, ana).standing, store::Standing::blocked);
}

TEST(InMemoryBlocking, IsTakenBack) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  Town::introduce(ana, ben);
  ASSERT_TRUE(people::block(*ben.engine, "ana"));
  ASSERT_TRUE(people::unblock(*ben.engine, "ana"));
  ASSERT_TRUE(ana.write(ben, "again"));
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(ben.texts(), Texts{"again"});
}

TEST(InMemoryLinks, OneThatIsRevokedLetsNobodyNewIn) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben"), &cem = town.resident("cem");
  const auto link = client::contact_links::create(*ben.engine, "card", std::nullopt);
  ASSERT_TRUE(link) << link.error().message;
  ASSERT_TRUE(ben.run(ben.engine->settle_permits()));
  ASSERT_TRUE(ana.run(ana.engine->add_contact(link->text, "ben")));
  ASSERT_TRUE(ana.write(ben, "by your card"));
  ASSERT_TRUE(client::contact_links::revoke(*ben.engine, "card"));
  ASSERT_TRUE(ben.run(ben.engine->settle_permits()));
  EXPECT_TRUE(client::contact_links::list(*ben.engine)->empty());
  EXPECT_FALSE(cem.run(cem.engine->add_contact(link->text, "ben")));
  EXPECT_TRUE(cem.add(ben)) << "the address is another link";
}

TEST(InMemoryLinks, OneForSomeDaysEndsWithThem) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  const auto link = client::contact_links::create(*ben.engine, "week", 7);
  ASSERT_TRUE(link);
  ASSERT_TRUE(ben.run(ben.engine->settle_permits()));
  town.time.run_for(24h * 9);
  EXPECT_FALSE(ana.run(ana.engine->add_contact(link->text, "ben")));
  EXPECT_TRUE(client::contact_links::list(*ben.engine)->empty());
}

TEST(InMemoryLinks, TheAddressCanBeAnotherOne) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  const std::string before = ben.engine->address()->text();
  ASSERT_TRUE(client::contact_links::revoke(*ben.engine, "address"));
  ASSERT_TRUE(ben.run(ben.engine->settle_permits()));
  EXPECT_NE(ben.engine->address()->text(), before);
  EXPECT_FALSE(ana.run(ana.engine->add_contact(before, "ben")));
  EXPECT_TRUE(ana.add(ben));
}

TEST(InMemoryNames, WhatLooksLikeAContactIsSaidToBeSomebodyElse_A14) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben"), &eve = town.resident("eve");
  Town::introduce(ana, ben);
  ASSERT_TRUE(client::preferences::set_profile_name(*eve.engine, "аnа"));  // with two Cyrillic letters
  ASSERT_TRUE(eve.add(ben));
  ASSERT_TRUE(eve.write(ben, "it's me"));
  ASSERT_TRUE(ben.listen());
  const auto waiting = people::requests(*ben.engine);
  ASSERT_EQ(waiting->size(), 1u);
  EXPECT_EQ(waiting->front().looks_like, "ana");
  EXPECT_TRUE(ben.heard.back().is_stranger);
}

TEST(InMemoryNames, AnotherProfileNameReachesContactsAndOwnDevices) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben"), &tablet = town.visitor("tablet");
  Town::introduce(ana, ben);
  ASSERT_TRUE(tablet.join(ana));
  ASSERT_TRUE(ana.write(ben, "hello"));
  ASSERT_TRUE(ben.listen());
  ASSERT_TRUE(ben.write(ana, "hello"));
  settle(town, ana, ben);
  settle(town, ana, ben);
  ASSERT_TRUE(client::preferences::set_profile_name(*ana.engine, "Ana B."));
  settle(town, ana, ben);
  settle(town, ana, tablet);
  EXPECT_EQ(contact_of(ben, ana).claimed_name, "Ana B.");
  EXPECT_EQ(*client::preferences::profile_name(*tablet.engine), "Ana B.");
}

}  // namespace
}  // namespace sotto::test
