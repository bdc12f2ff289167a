// What every engine behind server::Storage must do: the embedded one now, another when there is one. Each behaviour is
// looked at again after the storage was closed and opened.
#include <gtest/gtest.h>

#include <set>

#include "server/limits.hpp"
#include "server/storage/storage_support.hpp"

namespace sotto::test {
namespace {

using server::Kept;
using server::PermitClass;
using server::PermitsPut;
using server::PrekeysPut;
using server::Registered;

struct StorageSuite : testing::TestWithParam<StorageEngine>, StorageCalls<server::Storage> {
  StorageSuite() { open(); }
  void open() {
    storage.reset();
    storage = GetParam().open(io, random, folder.path);
  }
  void enrol_both() {
    ASSERT_EQ(enrol(ana), Registered::done);
    ASSERT_EQ(enrol(bob), Registered::done);
  }
  PermitsPut put(const server::NewAccount& account, std::vector<server::Permit> add,
                 std::vector<server::PermitHash> revoke = {}, base::Day today = {20'000}) {
    return *wait(storage->permits().put(device(account).account_row,
                                        {.add = std::move(add), .revoke = std::move(revoke)}, today));
  }
  std::optional<server::PermitHolder> find(const server::PermitHash& hash, base::Day today = {20'000}) {
    return *wait(storage->permits().find(hash, today));
  }
  static server::Permit permit(std::uint8_t name, PermitClass permit_class = PermitClass::contact,
                               std::uint32_t last_day = 21'000) {
    return {.hash = {name}, .permit_class = permit_class, .last_day = {last_day}};
  }
  server::NewAccount ana = new_account(1, "ana"), bob = new_account(2, "bob"), eve = new_account(3, "eve");
};

TEST_P(StorageSuite, KeepsAnAccountThroughReopening) {
  EXPECT_EQ(enrol(ana), Registered::done);
  open();
  EXPECT_EQ((*wait(storage->accounts().account(ana.id)))->introduction, ana.introduction);
  EXPECT_EQ((*wait(storage->accounts().account_named("ana")))->id, ana.id);
  EXPECT_TRUE(*wait(storage->accounts().is_registered_by(ana.request_hash)));
  const auto known = device(ana);
  EXPECT_EQ((*wait(storage->accounts().account(known.account_row)))->id, ana.id);
  EXPECT_EQ(known.account, ana.id);
  EXPECT_EQ(known.mailbox, ana.mailbox);
  EXPECT_EQ(known.identity_key, ana.identity_key);
  EXPECT_EQ(known.number.value, 1);
  EXPECT_EQ(known.registration_id.value, 4242);
  EXPECT_EQ((*wait(storage->devices().at(ana.mailbox)))->row, known.row);
  const auto targets = *wait(storage->devices().of(known.account_row));
  ASSERT_EQ(targets.size(), 1u);
  EXPECT_EQ(targets[0].row, known.row);
}

TEST_P(StorageSuite, KnowsNobodyThatWasNotRegistered) {
  EXPECT_FALSE(*wait(storage->accounts().account(ana.id)));
  EXPECT_FALSE(*wait(storage->accounts().account_named("ana")));
  EXPECT_FALSE(*wait(storage->devices().with_token(ana.token_hash)));
  EXPECT_FALSE(*wait(storage->devices().at(ana.mailbox)));
  EXPECT_TRUE(wait(storage->devices().of(server::AccountRow(1)))->empty());
  EXPECT_FALSE(*wait(storage->accounts().is_registered_by(ana.request_hash)));
  EXPECT_TRUE(wait(storage->prekeys().take(server::AccountRow(1), PermitClass::own, {20'000}))->bundles.empty());
}

TEST_P(StorageSuite, KeepsItsSecretThroughReopening) {
  const auto secret = storage->secret();
  open();
  EXPECT_EQ(storage->secret(), secret);
}

TEST_P(StorageSuite, RefusesARegistrationForItsReasonAndKeepsNothingOfIt) {
  ASSERT_EQ(enrol(ana), Registered::done);
  EXPECT_EQ(enrol(ana), Registered::repeated);
  const auto refused_with = [this](auto change) {
    auto changed = bob;
    change(changed);
    const auto outcome = enrol(changed);
    EXPECT_FALSE(*wait(storage->accounts().account(bob.id)));
    EXPECT_FALSE(*wait(storage->accounts().is_registered_by(bob.request_hash)));
    return outcome;
  };
  EXPECT_EQ(refused_with([this](auto& a) { a.identity_key = ana.identity_key; }), Registered::key_known);
  EXPECT_EQ(refused_with([this](auto& a) { a.prekeys.one_time[0].key = ana.prekeys.one_time[1].key; }),
            Registered::key_known);
  EXPECT_EQ(refused_with([this](auto& a) { a.prekeys.signed_prekey = ana.prekeys.signed_prekey; }),
            Registered::key_known);
  EXPECT_EQ(refused_with([this](auto& a) { a.prekeys.last_resort = ana.prekeys.last_resort; }), Registered::key_known);
  EXPECT_EQ(refused_with([this](auto& a) { a.token_hash = ana.token_hash; }), Registered::key_known);
  EXPECT_EQ(refused_with([this](auto& a) { a.mailbox = ana.mailbox; }), Registered::challenge_used);
  EXPECT_EQ(refused_with([](auto& a) { a.user_name = "ana"; }), Registered::name_taken);
  auto again = eve;
  again.id = ana.id;
  EXPECT_EQ(enrol(again), Registered::account_exists);
  EXPECT_EQ(enrol(bob), Registered::done);
}

TEST_P(StorageSuite, GivesBundlesThatAreConsumedThroughReopening) {
  ASSERT_EQ(enrol(ana), Registered::done);
  std::set<base::Blob> given;
  for (std::uint32_t i = 0; i < 2; ++i) {
    const auto taken = take(ana);
    const auto& bundle = taken.bundles.at(0);
    EXPECT_TRUE(given.insert(base::blob(bundle.one_time->key)).second);
    EXPECT_TRUE(given.insert(base::blob(bundle.kyber.key)).second);
    EXPECT_EQ(taken.left.at(0).one_time, 1 - i);
    EXPECT_EQ(taken.left.at(0).one_time_kyber, 1 - i);
    open();
  }
  const auto bundle = take(ana).bundles.at(0);
  EXPECT_FALSE(bundle.one_time);
  EXPECT_EQ(bundle.kyber.key, ana.prekeys.last_resort->key);
}

TEST_P(StorageSuite, PutsPrekeysForEachOutcome) {
  ASSERT_EQ(enrol(ana), Registered::done);
  const auto row = device(ana).row;
  const auto upload = new_account(9, "x", 3).prekeys;
  EXPECT_EQ(*wait(storage->prekeys().put(row, upload, {1}, {20'000})), PrekeysPut::done);
  EXPECT_EQ(*wait(storage->prekeys().put(row, upload, {1}, {20'000})), PrekeysPut::repeated);
  EXPECT_EQ(*wait(storage->prekeys().put(row, upload, {2}, {20'000})), PrekeysPut::key_known);
  auto many = new_account(10, "x", 198).prekeys;
  EXPECT_EQ(*wait(storage->prekeys().put(row, many, {3}, {20'000})), PrekeysPut::too_many);
  open();
  EXPECT_EQ(status(ana).one_time, 5u);
  EXPECT_EQ(status(ana).one_time_kyber, 5u);
}

TEST_P(StorageSuite, A16GivesEachClassItsShareOfADay) {
  ana = new_account(1, "ana", 150);
  ASSERT_EQ(enrol(ana), Registered::done);
  const auto given = [this](PermitClass permit_class, base::Day day) {
    std::uint32_t count = 0;
    for (int i = 0; i < 40; ++i) count += take(ana, permit_class, day).bundles.at(0).one_time.has_value();
    return count;
  };
  const auto share = server::limits::share(PermitClass::link).one_time_a_day;
  EXPECT_EQ(given(PermitClass::link, {20'000}), share);
  open();
  EXPECT_EQ(given(PermitClass::link, {20'000}), 0u);
  EXPECT_EQ(given(PermitClass::knock, {20'000}), server::limits::share(PermitClass::knock).one_time_a_day);
  EXPECT_EQ(given(PermitClass::contact, {20'000}), 40u);
  EXPECT_EQ(given(PermitClass::link, {20'001}), share);
}

TEST_P(StorageSuite, A16LeavesAReserveToTheOtherClasses) {
  const auto reserve = server::limits::share(PermitClass::knock).one_time_reserve;
  ana = new_account(1, "ana", reserve + 1);
  ASSERT_EQ(enrol(ana), Registered::done);
  EXPECT_TRUE(take(ana, PermitClass::knock).bundles.at(0).one_time);
  EXPECT_FALSE(take(ana, PermitClass::knock).bundles.at(0).one_time);
  EXPECT_TRUE(take(ana, PermitClass::contact).bundles.at(0).one_time);
}

TEST_P(StorageSuite, A12RemembersReplacedAndGivenKeysForAWhile) {
  ASSERT_EQ(enrol(ana), Registered::done);
  const auto row = device(ana).row;
  ASSERT_EQ(*wait(storage->prekeys().put(row, new_account(9, "x", 0).prekeys, {1}, {20'000})), PrekeysPut::done);
  wire::PrekeyUpload old;
  old.signed_prekey = ana.prekeys.signed_prekey;
  EXPECT_EQ(*wait(storage->prekeys().put(row, old, {2}, {20'000})), PrekeysPut::key_known);
  EXPECT_TRUE(wait(storage->expire({20'000 + server::limits::spent_key_days})));
  EXPECT_EQ(*wait(storage->prekeys().put(row, old, {2}, {20'000})), PrekeysPut::key_known);
  EXPECT_TRUE(wait(storage->expire({20'001 + server::limits::spent_key_days})));
  EXPECT_EQ(*wait(storage->prekeys().put(row, old, {2}, {20'000})), PrekeysPut::done);
}

TEST_P(StorageSuite, FindsAPermitUntilItsLastDay) {
  enrol_both();
  EXPECT_EQ(put(ana, {permit(1, PermitClass::link, 20'010)}), PermitsPut::done);
  open();
  const auto holder = find({1}, {20'010});
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->account, device(ana).account_row);
  EXPECT_EQ(holder->permit_class, PermitClass::link);
  EXPECT_FALSE(find({1}, {20'011}));
  EXPECT_FALSE(find({2}));
}

TEST_P(StorageSuite, RevokesAPermitAtOnceAndOnlyOnesOwn) {
  enrol_both();
  ASSERT_EQ(put(ana, {permit(1, PermitClass::link)}), PermitsPut::done);
  ASSERT_TRUE(find({1}));
  EXPECT_EQ(put(bob, {}, {{1}}), PermitsPut::done);
  EXPECT_TRUE(find({1}));
  EXPECT_EQ(put(bob, {permit(1)}), PermitsPut::of_another_account);
  EXPECT_EQ(put(ana, {}, {{1}}), PermitsPut::done);
  EXPECT_FALSE(find({1}));
}

TEST_P(StorageSuite, LetsAContactPermitRunOutAfterItsSuccessorCame) {
  enrol_both();
  ASSERT_EQ(put(ana, {permit(1)}), PermitsPut::done);
  ASSERT_EQ(put(ana, {permit(9, PermitClass::link)}), PermitsPut::done);
  ASSERT_EQ(put(ana, {permit(2)}), PermitsPut::done);
  EXPECT_TRUE(find({1}, {20'000 + server::limits::permit_grace_days}));
  EXPECT_FALSE(find({1}, {20'001 + server::limits::permit_grace_days}));
  EXPECT_TRUE(find({2}, {20'500}));
  EXPECT_TRUE(find({9}, {20'500}));
}

TEST_P(StorageSuite, TakesNoMorePermitsThanAClassMayHaveAndThenKeepsNone) {
  enrol_both();
  std::vector<server::Permit> many;
  for (std::uint32_t i = 0; i < server::limits::link_permits; ++i) {
    many.push_back(permit(0, PermitClass::link));
    many.back().hash = {1, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)};
  }
  EXPECT_EQ(put(ana, many), PermitsPut::done);
  EXPECT_EQ(put(ana, {permit(5, PermitClass::contact), permit(7, PermitClass::link)}), PermitsPut::too_many);
  EXPECT_FALSE(find({5}));
  EXPECT_FALSE(find({7}));
  EXPECT_EQ(put(bob, {permit(7, PermitClass::link)}), PermitsPut::done);
  EXPECT_EQ(put(ana, {permit(8, PermitClass::link)}, {many.front().hash}), PermitsPut::done);
}

TEST_P(StorageSuite, StoresAllOfAnUploadOrNothing) {
  enrol_both();
  auto upload = envelopes(bob, {1, 2, 3});
  upload.envelopes.push_back(upload.envelopes.front());
  upload.envelopes.back().device = server::DeviceRow(99);
  upload.envelopes.back().position = storage->mailboxes().next_position();
  EXPECT_EQ(store(upload), Kept::no_such_device);
  EXPECT_TRUE(queued(bob).empty());
  upload.envelopes.pop_back();
  EXPECT_EQ(store(upload), Kept::stored);
  open();
  ASSERT_EQ(queued(bob).size(), 1u);
  EXPECT_EQ(queued(bob)[0].envelope, (base::Blob{1, 2, 3}));
  EXPECT_EQ(*wait(storage->mailboxes().recent_uploads(10)), (std::vector<std::uint64_t>{1}));
}

TEST_P(StorageSuite, GivesEnvelopesInOrderAsManyAsFitButAtLeastOne) {
  enrol_both();
  for (std::uint8_t i = 1; i <= 5; ++i) ASSERT_EQ(store(bob, base::Blob(100, i)), Kept::stored);
  const auto row = device(bob).row;
  const auto all = queued(bob);
  ASSERT_EQ(all.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(all[i].envelope[0], i + 1);
  EXPECT_EQ(wait(storage->mailboxes().queued(row, 0, 2, 1000))->size(), 2u);
  EXPECT_EQ(wait(storage->mailboxes().queued(row, 0, 10, 250))->size(), 2u);
  EXPECT_EQ(wait(storage->mailboxes().queued(row, 0, 10, 1))->size(), 1u);
  EXPECT_EQ(queued(bob, all[2].position).size(), 2u);
}

TEST_P(StorageSuite, OnePermitFillsAPartOfItsClassAndAnotherStillHasRoom) {
  enrol_both();
  const auto send = [this](server::Sender sender, std::size_t size) {
    auto upload = envelopes(bob, base::Blob(size), {20'000}, PermitClass::link);
    upload.envelopes[0].sender = sender;
    return store(upload);
  };
  const auto share = server::limits::share(PermitClass::link);
  std::uint64_t taken = 0;
  while (send(1, 10) == Kept::stored) ++taken;
  EXPECT_EQ(taken, share.envelopes / share.senders);
  EXPECT_EQ(send(2, 1u << 20), Kept::stored);
  EXPECT_EQ(send(1, 10), Kept::mailbox_full);
  std::vector<std::uint64_t> positions;
  for (const auto& envelope : queued(bob)) positions.push_back(envelope.position);
  ASSERT_TRUE(acknowledge(bob, positions));
  EXPECT_EQ(send(1, 10), Kept::stored);
}

TEST_P(StorageSuite, ManyPermitsWithLittleHideNoneThatHasMuch) {
  enrol_both();
  const auto send = [this](server::Sender sender) {
    auto upload = envelopes(bob, base::Blob(10), {20'000}, PermitClass::link);
    upload.envelopes[0].sender = sender;
    return store(upload);
  };
  std::uint64_t taken = 0;
  for (server::Sender other = 100; other < 400; ++other) {
    ASSERT_EQ(send(other), Kept::stored);
    if (other % 2 == 0) taken += send(1) == Kept::stored;
  }
  while (send(1) == Kept::stored) ++taken;
  const auto share = server::limits::share(PermitClass::link);
  EXPECT_LE(taken, share.envelopes / share.senders);
}

TEST_P(StorageSuite, DeletesWhatIsAcknowledgedAndNeverRepeatsAPosition) {
  enrol_both();
  std::uint64_t highest = 0;
  for (std::uint64_t round = 0; round < 4; ++round) {
    ASSERT_EQ(store(bob, {1}), Kept::stored);
    const auto position = queued(bob).at(0).position;
    EXPECT_GT(position, highest);
    highest = position;
    EXPECT_TRUE(acknowledge(bob, {position, position + 999}));
    open();
    EXPECT_TRUE(queued(bob).empty());
    EXPECT_EQ(status(bob).queued, 0u);
  }
}

TEST_P(StorageSuite, DeletesNothingOfAnotherDevice) {
  enrol_both();
  ASSERT_EQ(store(bob, {1}), Kept::stored);
  EXPECT_TRUE(acknowledge(ana, {queued(bob).at(0).position}));
  EXPECT_EQ(queued(bob).size(), 1u);
}

TEST_P(StorageSuite, FillsAClassToItsNumberOfEnvelopesAndNotFurther) {
  enrol_both();
  const auto at_most = server::limits::share(PermitClass::knock).envelopes;
  const auto knock = [this] { return store(envelopes(bob, {1}, {20'000}, PermitClass::knock)); };
  for (std::uint64_t i = 0; i < at_most; ++i) ASSERT_EQ(knock(), Kept::stored);
  EXPECT_EQ(knock(), Kept::mailbox_full);
  EXPECT_EQ(store(bob, {1}), Kept::stored);
  open();
  EXPECT_EQ(knock(), Kept::mailbox_full);
  auto pushed = envelopes(bob, {1}, {20'000}, PermitClass::knock);
  pushed.respects_limits = false;
  EXPECT_EQ(store(pushed), Kept::stored);
  EXPECT_TRUE(acknowledge(bob, {queued(bob).at(0).position, queued(bob).at(1).position}));
  EXPECT_EQ(knock(), Kept::stored);
  EXPECT_EQ(status(bob).queued, at_most + 1);
}

TEST_P(StorageSuite, KeepsASharedPayloadUntilItsLastReaderIsDone) {
  enrol_both();
  server::SharedEnvelopes shared{.parts = {}, .payload = base::Blob(5000, 7), .upload = 5, .day = {20'000}};
  for (const auto* account : {&ana, &bob}) {
    shared.parts.push_back({.device = device(*account).row,
                            .position = storage->mailboxes().next_position(),
                            .permit_class = PermitClass::group,
                            .head = {static_cast<std::uint8_t>(shared.parts.size())}});
  }
  shared.parts.push_back(shared.parts.back());
  shared.parts.back().device = server::DeviceRow(99);
  EXPECT_EQ(*wait(storage->mailboxes().store_shared(shared)),
            (std::vector<Kept>{Kept::stored, Kept::stored, Kept::no_such_device}));
  open();
  base::Blob expected(5001, 7);
  expected[0] = 0;
  EXPECT_EQ(queued(ana).at(0).envelope, expected);
  EXPECT_TRUE(acknowledge(ana, {queued(ana).at(0).position}));
  EXPECT_TRUE(queued(ana).empty());
  expected[0] = 1;
  EXPECT_EQ(queued(bob).at(0).envelope, expected);
  EXPECT_TRUE(acknowledge(bob, {queued(bob).at(0).position}));
  EXPECT_TRUE(queued(bob).empty());
}

TEST_P(StorageSuite, DropsWhatIsTooOld) {
  enrol_both();
  ASSERT_EQ(store(bob, {1}, {20'000}), Kept::stored);
  ASSERT_EQ(store(bob, {2}, {20'005}), Kept::stored);
  EXPECT_TRUE(wait(storage->expire({20'000 + server::limits::queue_days})));
  EXPECT_EQ(status(bob).queued, 2u);
  EXPECT_TRUE(wait(storage->expire({20'001 + server::limits::queue_days})));
  EXPECT_EQ(status(bob).queued, 1u);
  EXPECT_EQ(queued(bob).at(0).envelope, (base::Blob{2}));
}

INSTANTIATE_TEST_SUITE_P(Engines, StorageSuite,
                         testing::Values(StorageEngine{.name = "embedded", .open = open_embedded}),
                         [](const auto& engine) { return engine.param.name; });

}  // namespace
}  // namespace sotto::test
