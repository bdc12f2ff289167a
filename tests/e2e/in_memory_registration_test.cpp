// A registration that is interrupted at each point.
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "client/new_account.hpp"
#include "e2e/town.hpp"

namespace sotto::test {
namespace {

base::Blob pending_request(Resident& who) {
  return *who.home->transact([](store::Transaction& in) -> base::Result<base::Blob, store::Problem> {
    return *store::own_account::pending_registration(in);
  });
}

/// The keys are kept; no request has left.
void keep_account(Town& town, Resident& who) {
  const auto invitation = who.run(who.engine->prepare_registration(who.wish()));
  CHECK(invitation);
  const wire::RecoveryKey key = wire::make_recovery_key(who.random);
  const auto kept = who.home->transact([&](store::Transaction& in) -> base::Result<void, store::Problem> {
    const client::NewAccountPlan plan{
        .server = "here:443", .server_ca = "", .user_name = who.name, .invitation = *invitation};
    client::make_account(in, plan, key, town.time.now(), who.random);
    return {};
  });
  CHECK(kept);
}

void expect_usable(Town& town, Resident& who) {
  Resident& friend_ = town.resident("friend-of-" + who.name);
  const auto added = friend_.add(who);
  ASSERT_TRUE(added) << added.error().message;
  ASSERT_TRUE(friend_.write(who, "welcome"));
  ASSERT_TRUE(who.listen());
  EXPECT_EQ(who.texts(), std::vector<std::string>{"welcome"});
}

TEST(InMemoryRegistration, EndedBeforeTheRequestLeftIsTakenUpAgain_A55) {
  Town town;
  Resident& ana = town.visitor("ana");
  keep_account(town, ana);
  ana.restart();
  EXPECT_TRUE(*ana.engine->has_pending_registration());
  EXPECT_FALSE(ana.engine->address()) << "not an account yet";
  ASSERT_TRUE(ana.run(ana.engine->resume_registration()));
  EXPECT_FALSE(*ana.engine->has_pending_registration());
  expect_usable(town, ana);
}

TEST(InMemoryRegistration, EndedBeforeTheAnswerCameSendsTheSameBytesAndSucceeds_A55) {
  Town town;
  Resident& ana = town.visitor("ana");
  keep_account(town, ana);
  const base::Blob request = pending_request(ana);
  client::Server server(town.network, town.time, {.authority = *wire::Authority::parse("here:443"), .ca_pem = ""}, "");
  const auto registered = net::run(town.time, server.register_account(request));
  ASSERT_TRUE(registered && !registered->has_value());
  ana.restart();
  EXPECT_EQ(pending_request(ana), request);
  ASSERT_TRUE(ana.run(ana.engine->resume_registration()));
  expect_usable(town, ana);
}

TEST(InMemoryRegistration, ANetworkThatFailsInBetweenLosesNothing) {
  Town town;
  Resident& ana = town.visitor("ana");
  const auto invitation = ana.run(ana.engine->prepare_registration(ana.wish()));
  ASSERT_TRUE(invitation);
  town.disconnect();
  const wire::RecoveryKey key = wire::make_recovery_key(ana.random);
  const auto refused = ana.run(ana.engine->register_account(ana.wish(), *invitation, key));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error, client::Error::unreachable);
  town.network.set_down(false);
  town.restart();
  ana.restart();
  ASSERT_TRUE(ana.run(ana.engine->resume_registration()));
  expect_usable(town, ana);
}

TEST(InMemoryRegistration, OneThatTheServerRefusesLeavesTheFolderUsable) {
  Town town;
  Resident &ana = town.visitor("ana"), &late = town.visitor("ana");
  const auto first = ana.run(ana.engine->prepare_registration(ana.wish()));
  const auto second = late.run(late.engine->prepare_registration(late.wish()));
  ASSERT_TRUE(first && second);
  const wire::RecoveryKey key = wire::make_recovery_key(ana.random), late_key = wire::make_recovery_key(late.random);
  ASSERT_TRUE(ana.run(ana.engine->register_account(ana.wish(), *first, key)));
  const auto refused = late.run(late.engine->register_account(late.wish(), *second, late_key));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error, client::Error::refused);
  EXPECT_NE(refused.error().message.find("taken"), std::string::npos) << refused.error().message;

  EXPECT_FALSE(*late.engine->has_account());
  EXPECT_EQ(late.home.number("SELECT (SELECT count(*) FROM signed_prekeys) + (SELECT count(*) FROM kyber_prekeys) + "
                             "(SELECT count(*) FROM one_time_prekeys)"),
            0);
  late.restart();
  late.name = "late";
  ASSERT_TRUE(late.enrol());
  expect_usable(town, late);
}

TEST(InMemoryRegistration, AChallengeThatIsTooOldIsRefusedAndTheFolderStaysUsable) {
  Town town;
  Resident& ana = town.visitor("ana");
  keep_account(town, ana);
  town.time.run_for(std::chrono::minutes(11));
  const auto refused = ana.run(ana.engine->resume_registration());
  ASSERT_FALSE(refused);
  EXPECT_FALSE(*ana.engine->has_account());
  ASSERT_TRUE(ana.enrol());
  expect_usable(town, ana);
}

TEST(InMemoryRegistration, AFolderHoldsOneAccount) {
  Town town;
  Resident& ana = town.resident("ana");
  const auto before = ana.home.dump();
  ana.name = "second";
  EXPECT_FALSE(ana.enrol());
  EXPECT_EQ(ana.home.dump(), before);
}

}  // namespace
}  // namespace sotto::test
