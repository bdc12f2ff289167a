#include "server/accounts/registration.hpp"

#include <gtest/gtest.h>

#include "server/test_device.hpp"

namespace sotto::test {
namespace {

struct RegistrationRouteTest : testing::Test {
  ServerWorld world;
  TestDevice ana{world, 1, "ana"};
  TestDevice bob{world, 2, "bob"};
};

TEST_F(RegistrationRouteTest, MakesTheAccountKnownByNameAndId) {
  EXPECT_EQ(ana.enrol().status, 200u);
  for (const std::string& target : {std::string("/v1/names/ana"), "/v1/accounts/" + ana.draft.account_id().text()}) {
    const auto response = bob.ask("GET", target);
    ASSERT_EQ(response.status, 200u) << target;
    const auto account = parsed<frames::Account>(response.body);
    EXPECT_EQ(base::blob(base::view(account.account_id())), base::blob(ana.draft.account_id().view()));
    const auto introduction = wire::Introduction::parse(base::view(account.introduction()));
    ASSERT_TRUE(introduction);
    EXPECT_TRUE(wire::check_introduction(*introduction));
  }
}

TEST_F(RegistrationRouteTest, IssuesMailboxIdsOfVersionFourThatDiffer) {
  ana.begin();
  bob.begin();
  EXPECT_NE(ana.draft.mailbox, bob.draft.mailbox);
  EXPECT_NE(ana.draft.challenge, bob.draft.challenge);
}

TEST_F(RegistrationRouteTest, AnswersTheSameBytesWithTheSame200AlsoAfterARestartAndLongAfter) {
  EXPECT_EQ(ana.enrol().status, 200u);
  EXPECT_EQ(ana.ask("POST", "/v1/register", ana.registration).status, 200u);
  world.restart();
  world.time.run_for(std::chrono::hours(48));
  EXPECT_EQ(ana.ask("POST", "/v1/register", ana.registration).status, 200u);
  EXPECT_EQ(ana.status().one_time_prekeys(), 3u);
}

TEST_F(RegistrationRouteTest, RefusesAnExpiredChallenge) {
  ana.begin();
  world.time.run_for(std::chrono::minutes(11));
  const auto response = ana.ask("POST", "/v1/register", ana.draft.request());
  EXPECT_EQ(response.status, 410u);
  EXPECT_EQ(code_of(response), "challenge_expired");
}

TEST_F(RegistrationRouteTest, AcceptsAChallengeThatWasIssuedBeforeARestart) {
  ana.begin();
  world.restart();
  EXPECT_EQ(ana.ask("POST", "/v1/register", ana.draft.request()).status, 200u);
}

TEST_F(RegistrationRouteTest, RefusesAChallengeOfItsOwnMaking) {
  const auto response = ana.ask("POST", "/v1/register", ana.draft.request());  // never begun
  EXPECT_EQ(response.status, 410u);
}

TEST_F(RegistrationRouteTest, UsesAChallengeOnce) {
  EXPECT_EQ(ana.enrol().status, 200u);
  bob.draft.mailbox = ana.draft.mailbox;
  bob.draft.challenge = ana.draft.challenge;
  const auto response = bob.ask("POST", "/v1/register", bob.draft.request());
  EXPECT_EQ(response.status, 410u);
  EXPECT_EQ(bob.ask("GET", "/v1/names/bob").status, 404u);
}

TEST_F(RegistrationRouteTest, RefusesATakenNameAndLetsTheSameChallengeServeForAnother) {
  EXPECT_EQ(ana.enrol().status, 200u);
  bob.draft.user_name = "ana";
  const auto response = bob.enrol();
  EXPECT_EQ(response.status, 409u);
  EXPECT_EQ(code_of(response), "name_taken");
  bob.draft.user_name = "bob";
  EXPECT_EQ(bob.ask("POST", "/v1/register", bob.draft.request()).status, 200u);
}

TEST_F(RegistrationRouteTest, RefusesASecondRegistrationOfAnAccount) {
  EXPECT_EQ(ana.enrol().status, 200u);
  ana.draft.identity = crypto::KeyPair::generate(ana.draft.random);
  ana.draft.token = ana.draft.random.bytes<32>();
  ana.draft.user_name = "ana2";
  const auto response = ana.enrol();
  EXPECT_EQ(response.status, 409u);
  EXPECT_EQ(code_of(response), "account_exists");
}

TEST_F(RegistrationRouteTest, A12RefusesAnIdentityKeyThatAnotherDeviceHas) {
  EXPECT_EQ(ana.enrol().status, 200u);
  bob.draft.identity = ana.draft.identity.clone();
  const auto response = bob.enrol();
  EXPECT_EQ(response.status, 409u);
  EXPECT_EQ(code_of(response), "key_known");
  EXPECT_EQ(bob.ask("GET", "/v1/names/bob").status, 404u);
}

TEST_F(RegistrationRouteTest, NamesTheRuleThatAStatementBreaks) {
  ana.draft.certificate_signer = &ana.draft.stranger;
  const auto response = ana.enrol();
  EXPECT_EQ(response.status, 400u);
  const auto error = parsed<frames::Error>(response.body);
  EXPECT_EQ(error.code(), "bad_statement");
  EXPECT_TRUE(error.message().starts_with("certificate_not_by_root: ")) << error.message();
  EXPECT_EQ(ana.ask("GET", "/v1/names/ana").status, 404u);
}

TEST_F(RegistrationRouteTest, RefusesAListForAnotherServer) {
  ana.draft.authority = "elsewhere:443";
  const auto response = ana.enrol();
  EXPECT_EQ(response.status, 400u);
  EXPECT_TRUE(parsed<frames::Error>(response.body).message().starts_with("another_home_server: "));
}

TEST_F(RegistrationRouteTest, RefusesEveryoneWhenClosedButWhoIsAlreadyIn) {
  EXPECT_EQ(ana.enrol().status, 200u);
  bob.begin();
  world.options.registration = server::Registration::closed;
  world.restart();
  EXPECT_EQ(ana.ask("POST", "/v1/register", ana.registration).status, 200u);
  const auto late = bob.ask("POST", "/v1/register", bob.draft.request());
  EXPECT_EQ(late.status, 403u);
  EXPECT_EQ(code_of(late), "registration_closed");
  EXPECT_EQ(bob.ask("POST", "/v1/register/begin").status, 403u);
}

TEST_F(RegistrationRouteTest, KnowsNobodyElse) {
  for (const auto* target :
       {"/v1/names/nobody", "/v1/accounts/nonsense", "/v1/accounts/00000000-0000-8000-8000-000000000000"}) {
    const auto response = ana.ask("GET", target);
    EXPECT_EQ(response.status, 404u) << target;
    EXPECT_EQ(code_of(response), "unknown_account") << target;
  }
}

}  // namespace
}  // namespace sotto::test
