// What is kept comes back, whole, after the store was closed.
#include <gtest/gtest.h>

#include "store/contacts.hpp"
#include "store/homes.hpp"
#include "store/messages.hpp"
#include "store/outgoing.hpp"
#include "store/own_account.hpp"
#include "store/peers.hpp"
#include "store/prekeys.hpp"
#include "store/sessions.hpp"
#include "support/registration_draft.hpp"
#include "support/temporary_store.hpp"

namespace sotto::store {
namespace {

class Tables : public ::testing::Test {
 protected:
  void within(const std::function<void(Transaction&)>& work) {
    const auto done = store->transact([&](Transaction& in) -> base::Result<void, Problem> {
      work(in);
      return {};
    });
    ASSERT_TRUE(done) << done.error().message;
  }
  Error error_of(const std::function<void(Transaction&)>& work) {
    const auto done = store->transact([&](Transaction& in) -> base::Result<void, Problem> {
      work(in);
      return {};
    });
    EXPECT_FALSE(done);
    return done ? Error::in_use : done.error().error;
  }
  Message example(std::uint8_t number, bool is_outgoing) const {
    return {.id = 0,
            .conversation = ben.account_id(),
            .sender = is_outgoing ? ana.account_id() : ben.account_id(),
            .device = wire::DeviceNumber(3),
            .message_id = {number},
            .is_outgoing = is_outgoing,
            .body = std::string("a text with a \0 and ümläute", 28),
            .body_kind = 16,
            .seq = number,
            .sent_at = {1'000},
            .received_at = {2'000},
            .state = is_outgoing ? State::queued : State::received,
            .reason = "why",
            .is_verified = true};
  }

  mutable test::RegistrationDraft ana{1}, ben{2};
  test::TemporaryStore store;
};

TEST_F(Tables, MessagesComeBackWhole) {
  std::int64_t id = 0;
  within([&](Transaction& in) { id = messages::keep(in, example(1, false)); });
  store.reopen();
  within([&](Transaction& in) {
    const auto found = messages::load(in, id);
    ASSERT_TRUE(found);
    const Message made = example(1, false);
    EXPECT_EQ(found->conversation, made.conversation);
    EXPECT_EQ(found->sender, made.sender);
    EXPECT_EQ(found->device, made.device);
    EXPECT_EQ(found->message_id, made.message_id);
    EXPECT_EQ(found->is_outgoing, made.is_outgoing);
    EXPECT_EQ(found->body, made.body);
    EXPECT_EQ(found->body_kind, made.body_kind);
    EXPECT_EQ(found->seq, made.seq);
    EXPECT_EQ(found->sent_at, made.sent_at);
    EXPECT_EQ(found->received_at, made.received_at);
    EXPECT_EQ(found->state, made.state);
    EXPECT_EQ(found->reason, made.reason);
    EXPECT_EQ(found->is_verified, made.is_verified);
    EXPECT_FALSE(messages::load(in, id + 1));
  });
}

TEST_F(Tables, WhatWasSeenIsToldApart) {
  within([&](Transaction& in) {
    messages::keep(in, example(1, false));
    Message again = example(1, false);
    EXPECT_EQ(messages::seen(in, again), messages::Seen::same);
    again.body = "other";
    EXPECT_EQ(messages::seen(in, again), messages::Seen::id_reused);
    again.message_id = {9};
    EXPECT_EQ(messages::seen(in, again), messages::Seen::seq_reused);
    again.seq = 0;
    EXPECT_EQ(messages::seen(in, again), messages::Seen::no) << "what is not durable has no place";
    again.seq = 2;
    EXPECT_EQ(messages::seen(in, again), messages::Seen::no);
    again = example(1, false);
    again.device = wire::DeviceNumber(4);
    EXPECT_EQ(messages::seen(in, again), messages::Seen::no) << "another device counts for itself";
  });
}

TEST_F(Tables, OneKeyIsNeverKeptTwice) {
  within([&](Transaction& in) { messages::keep(in, example(1, false)); });
  const auto before = store.dump();
  EXPECT_EQ(error_of([&](Transaction& in) { messages::keep(in, example(1, false)); }), Error::io);
  EXPECT_EQ(store.dump(), before);
}

TEST_F(Tables, WhatIsNotSentYetIsCounted) {
  within([&](Transaction& in) {
    const auto first = messages::keep(in, example(1, true)), second = messages::keep(in, example(2, true));
    messages::keep(in, example(3, false));
    EXPECT_EQ(messages::count_unsent(in), 2);
    messages::set_state(in, first, State::sent);
    messages::set_state(in, second, State::encrypted);
    EXPECT_EQ(messages::count_unsent(in), 1);
    messages::set_state(in, second, State::failed, "no such account");
    EXPECT_EQ(messages::count_unsent(in), 0);
    EXPECT_EQ(messages::load(in, second)->reason, "no such account");
  });
}

TEST_F(Tables, WhatWasShownIsNotShownAgain) {
  within([&](Transaction& in) {
    const auto first = messages::keep(in, example(1, false)), second = messages::keep(in, example(2, false));
    ASSERT_EQ(messages::not_shown(in, 10).size(), 2u);
    EXPECT_EQ(messages::not_shown(in, 1).front().id, first);
    messages::set_shown(in, first);
    ASSERT_EQ(messages::not_shown(in, 10).size(), 1u);
    EXPECT_EQ(messages::not_shown(in, 10).front().id, second);
  });
}

TEST_F(Tables, HistoryIsTheLastOnesOldestFirst) {
  within([&](Transaction& in) {
    for (std::uint8_t i = 1; i <= 5; ++i) messages::keep(in, example(i, i % 2 == 0));
    const auto all = messages::history(in, ben.account_id(), std::nullopt),
               last = messages::history(in, ben.account_id(), 2);
    ASSERT_EQ(all.size(), 5u);
    ASSERT_EQ(last.size(), 2u);
    EXPECT_EQ(last[0].seq, 4u);
    EXPECT_EQ(last[1].seq, 5u);
    EXPECT_TRUE(messages::history(in, ana.account_id(), std::nullopt).empty());
  });
}

TEST_F(Tables, EachConversationCountsFromOne) {
  within([&](Transaction& in) {
    EXPECT_EQ(messages::next_seq(in, ben.account_id()), 1u);
    EXPECT_EQ(messages::next_seq(in, ben.account_id()), 2u);
    EXPECT_EQ(messages::next_seq(in, ana.account_id()), 1u);
  });
}

TEST_F(Tables, TheOutboxKeepsTheVeryBytes) {
  within([&](Transaction& in) {
    const auto message = messages::keep(in, example(1, true));
    const auto id = outgoing::keep(
        in, {.account = ben.account_id(), .message = message, .message_id = {1}, .sent_at = {1'000}, .seq = 1});
    EXPECT_EQ(outgoing::waiting(in), std::vector{id});
    EXPECT_FALSE(outgoing::load(in, id)->request);
    outgoing::keep_request(in, id, base::Blob{0, 1, 0, 255});
    EXPECT_EQ(outgoing::load(in, id)->request, (base::Blob{0, 1, 0, 255}));
    outgoing::remove(in, id);
    EXPECT_FALSE(outgoing::load(in, id));
  });
  error_of([&](Transaction& in) {
    outgoing::keep(in, {.account = ben.account_id(), .message = 999, .message_id = {1}, .sent_at = {1}});
  });  // of no message
}

TEST_F(Tables, WhatIsToBeSaidComesBackWithItsBody) {
  const wire::MessageRef ref{.account = ana.account_id(), .device = wire::DeviceNumber(2), .id = {9}};
  std::int64_t id = 0;
  within([&](Transaction& in) {
    id = outgoing::keep(in, {.account = ana.account_id(),
                             .about = ben.account_id(),
                             .message_id = {1},
                             .sent_at = {5},
                             .body = wire::Reaction{.to = ref, .emoji = "\xF0\x9F\x91\x8D"},
                             .not_before = {7}});
  });
  store.reopen();
  within([&](Transaction& in) {
    const auto found = outgoing::load(in, id);
    ASSERT_TRUE(found && found->body);
    EXPECT_EQ(std::get<wire::Reaction>(*found->body).to, ref);
    EXPECT_EQ(found->conversation(), ben.account_id());
    EXPECT_EQ(outgoing::next_due(in, {6})->ms, 7);
    EXPECT_FALSE(outgoing::next_due(in, {7}));
  });
}

TEST_F(Tables, RefusalsAreRememberedOnce) {
  within([&](Transaction& in) {
    refusals::keep(in, base::Blob{1}, "first reason", {1});
    refusals::keep(in, base::Blob{1}, "second reason", {2});
    EXPECT_EQ(refusals::reason(in, base::Blob{1}), "first reason");
    EXPECT_FALSE(refusals::reason(in, base::Blob{2}));
    EXPECT_EQ(refusals::count(in), 1);
  });
}

TEST_F(Tables, OnlyTheNewestRefusalsStay) {
  within([&](Transaction& in) {
    const auto fingerprint = [](std::int64_t i) {
      return base::Blob{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)};
    };
    for (std::int64_t i = 0; i <= refusals::max_kept; ++i) refusals::keep(in, fingerprint(i), "noise", {i});
    EXPECT_LE(refusals::count(in), refusals::max_kept);
    EXPECT_FALSE(refusals::reason(in, fingerprint(0)));
    EXPECT_TRUE(refusals::reason(in, fingerprint(refusals::max_kept)));
  });
}

TEST_F(Tables, SessionsAndViewsComeBack) {
  within([&](Transaction& in) {
    EXPECT_FALSE(sessions::load(in, ben.account_id(), wire::DeviceNumber(1)));
    sessions::keep(in, ben.account_id(), wire::DeviceNumber(1), base::Blob{1, 2, 3});
    EXPECT_FALSE(sessions::their_view(in, ben.account_id(), wire::DeviceNumber(1)));
    sessions::keep_their_view(in, ben.account_id(), wire::DeviceNumber(1), {.links = 1, .epoch = 2, .version = 3});
    sessions::keep(in, ben.account_id(), wire::DeviceNumber(1), base::Blob{4});
    EXPECT_EQ(sessions::their_view(in, ben.account_id(), wire::DeviceNumber(1)), (wire::Order{1, 2, 3}));
    EXPECT_TRUE(base::same(sessions::load(in, ben.account_id(), wire::DeviceNumber(1))->expose(), base::Blob{4}));
    EXPECT_FALSE(sessions::load(in, ben.account_id(), wire::DeviceNumber(2)));
    EXPECT_FALSE(sessions::load(in, ana.account_id(), wire::DeviceNumber(1)));
  });
}

TEST_F(Tables, WhatADeviceCanMakeUsDoIsDoneOnceInAWhile) {
  within([&](Transaction& in) {
    const sessions::Key key{.account = ben.account_id(), .device = wire::DeviceNumber(2)};
    EXPECT_TRUE(sessions::may_again(in, sessions::Act::answer, key, {1'000}, 100));
    EXPECT_FALSE(sessions::may_again(in, sessions::Act::answer, key, {1'099}, 100));
    EXPECT_TRUE(sessions::may_again(in, sessions::Act::new_beginning, key, {1'099}, 100)) << "another act";
    EXPECT_TRUE(sessions::may_again(in, sessions::Act::answer, key, {1'100}, 100));
    EXPECT_TRUE(sessions::may_again(in, sessions::Act::answer, key, {500}, 100)) << "the clock went back";
  });
}

TEST_F(Tables, WhereASequenceBeginsStays) {
  within([&](Transaction& in) {
    const sequences::Line line{.account = ben.account_id(), .conversation = ben.account_id()};
    EXPECT_EQ(sequences::first_for(in, line, 5), 5u);
    EXPECT_EQ(sequences::first_for(in, line, 6), 5u);
    messages::leap_sequences(in, 0);
    EXPECT_EQ(sequences::first_for(in, line, 7), 7u) << "a folder that was put back counts from elsewhere";
  });
}

TEST_F(Tables, WhatIsMissingInASequenceIsKnownUntilItComesOrIsGone) {
  within([&](Transaction& in) {
    const sequences::Line line{.account = ben.account_id(), .conversation = ben.account_id()};
    EXPECT_EQ(sequences::note(in, line, 5, 3, {10}), 2u) << "3 and 4";
    EXPECT_EQ(sequences::note(in, line, 8, std::nullopt, {20}), 2u) << "6 and 7";
    EXPECT_EQ(sequences::note(in, line, 4, std::nullopt, {30}), 0u);
    EXPECT_EQ(sequences::missing(in, line), (std::vector<std::uint64_t>{3, 6, 7}));
    sequences::set_gone(in, line, {6});
    EXPECT_EQ(sequences::missing(in, line), (std::vector<std::uint64_t>{3, 7}));
    EXPECT_EQ(sequences::note_last(in, line, 9, std::nullopt, {40}), 1u);
    EXPECT_EQ(sequences::note_last(in, line, 9, std::nullopt, {40}), 0u);
    ASSERT_EQ(sequences::open_gaps(in, {20}, {0}).size(), 1u);
    EXPECT_EQ(sequences::open_gaps(in, {20}, {0})[0].seqs, (std::vector<std::uint64_t>{3, 7})) << "9 is too young";
    sequences::set_asked(in, line, {50});
    EXPECT_TRUE(sequences::open_gaps(in, {60}, {49}).empty());
  });
}

TEST_F(Tables, OfNumbersThatAreLeaptOverTheFirstAreAskedFor) {
  within([&](Transaction& in) {
    const sequences::Line line{.account = ben.account_id(), .conversation = ben.account_id()};
    sequences::note(in, line, 5, 5, {10});
    EXPECT_EQ(sequences::note(in, line, 1'000'000, 1'000'000, {20}), 0u) << "told to nobody";
    const auto missing = sequences::missing(in, line);
    ASSERT_EQ(missing.size(), 64u);
    EXPECT_EQ(missing.front(), 6u);
    EXPECT_EQ(sequences::note(in, line, 1'000'001, 1'000'000, {30}), 0u);
    EXPECT_EQ(sequences::missing(in, line).size(), 64u);
  });
}

TEST_F(Tables, ADeviceHasConfirmedWhatItsReceiptNamesAndAllBefore) {
  within([&](Transaction& in) {
    const sequences::Line line{.account = ben.account_id(), .conversation = ben.account_id()};
    EXPECT_FALSE(sequences::is_confirmed(in, line, 1)) << "nothing was ever said to it";
    sequences::first_for(in, line, 1);
    EXPECT_FALSE(sequences::is_confirmed(in, line, 1));
    sequences::confirm(in, line, 3);
    sequences::confirm(in, line, 2);
    EXPECT_TRUE(sequences::is_confirmed(in, line, 3));
    EXPECT_FALSE(sequences::is_confirmed(in, line, 4));
  });
}

TEST_F(Tables, ATailIsDueOnceAndAsItWasKeptLast) {
  within([&](Transaction& in) {
    tails::keep(in, ben.account_id(), ben.account_id(), {10});
    tails::keep(in, ben.account_id(), ben.account_id(), {20});
    EXPECT_TRUE(tails::take_due(in, {19}).empty());
    const auto due = tails::take_due(in, {20});
    ASSERT_EQ(due.size(), 1u);
    EXPECT_EQ(due[0].account, ben.account_id());
    EXPECT_TRUE(tails::take_due(in, {30}).empty());
  });
}

TEST_F(Tables, ADeviceNumberOfAnEarlierEpochIsNotUsedAgain) {
  within([&](Transaction& in) {
    const auto give = [&](std::uint32_t epoch, int number) {
      in.prepare("INSERT INTO given_numbers (epoch, number) VALUES (?, ?)").bind(epoch).bind(number).run();
    };
    give(5, 1), give(5, 2);
    give(6, 1);
    EXPECT_EQ(own_account::free_number(in, 6)->value, 3);
    for (int number = 3; number <= 127; ++number) give(5, number);
    EXPECT_EQ(own_account::free_number(in, 6)->value, 2) << "when there is no other";
    for (int number = 2; number <= 127; ++number) give(6, number);
    EXPECT_FALSE(own_account::free_number(in, 6));
  });
}

TEST_F(Tables, WhoNeverSaidWhereTheyBeginHasBegunHere) {
  within([&](Transaction& in) {
    const sequences::Line line{.account = ben.account_id(), .conversation = ben.account_id()};
    EXPECT_EQ(sequences::note(in, line, 70, std::nullopt, {10}), 0u);
    EXPECT_EQ(sequences::note(in, line, 5'000'000, 5'000'000, {10}), 0u) << "a start that is said anew";
    EXPECT_EQ(sequences::note(in, line, 5'009'000, std::nullopt, {10}), 8'999u);
    EXPECT_EQ(sequences::missing(in, line).size(), sequences::max_gap);
    EXPECT_EQ(sequences::note(in, line, 5'020'000, std::nullopt, {10}), 10'999u);
    EXPECT_EQ(sequences::missing(in, line).size(), sequences::max_gap) << "of all leaps together";
  });
}

TEST_F(Tables, PrekeysComeBackAndAreUsedUp) {
  within([&](Transaction& in) {
    prekeys::keep_signed(in, 1, base::Blob{1}, {10});
    prekeys::keep_kyber(in, 1, base::Blob{2}, true, {10});
    prekeys::keep_kyber(in, 2, base::Blob{3}, false, {10});
    prekeys::keep_one_time(in, 1, base::Blob{4});
    EXPECT_TRUE(base::same(prekeys::load_signed(in, 1)->expose(), base::Blob{1}));
    EXPECT_TRUE(base::same(prekeys::load_kyber(in, 1)->expose(), base::Blob{2}));
    EXPECT_TRUE(base::same(prekeys::load_one_time(in, 1)->expose(), base::Blob{4}));
    prekeys::remove_one_time(in, 1);
    EXPECT_FALSE(prekeys::load_one_time(in, 1));
    EXPECT_TRUE(prekeys::mark_kyber_used(in, 2, 1, base::Blob{9}));
    EXPECT_FALSE(prekeys::load_kyber(in, 2)) << "a one-time key is gone";
    EXPECT_TRUE(prekeys::mark_kyber_used(in, 1, 1, base::Blob{9}));
    EXPECT_TRUE(prekeys::load_kyber(in, 1)) << "the last-resort key stays";
    EXPECT_FALSE(prekeys::mark_kyber_used(in, 1, 1, base::Blob{9})) << "but answers each triple once (A-17)";
    EXPECT_TRUE(prekeys::mark_kyber_used(in, 1, 1, base::Blob{8}));
    EXPECT_TRUE(prekeys::mark_kyber_used(in, 1, 2, base::Blob{9}));
  });
}

TEST_F(Tables, PrekeyIdsCountByKindFromOneAndComeAround) {
  within([&](Transaction& in) {
    EXPECT_EQ(prekeys::next_id(in, prekeys::Kind::kyber), 1u);
    EXPECT_EQ(prekeys::next_id(in, prekeys::Kind::kyber), 2u);
    EXPECT_EQ(prekeys::next_id(in, prekeys::Kind::signed_ec), 1u);
    in.database().run("UPDATE prekey_ids SET next = 16777215");
    EXPECT_EQ(prekeys::next_id(in, prekeys::Kind::kyber), 0xFFFFFFu);
    EXPECT_EQ(prekeys::next_id(in, prekeys::Kind::kyber), 1u);
  });
}

TEST_F(Tables, AnUploadIsKeptUntilItIsForgotten) {
  within([&](Transaction& in) {
    EXPECT_FALSE(prekeys::upload(in));
    prekeys::keep_upload(in, base::Blob{1, 2});
    EXPECT_EQ(prekeys::upload(in), (base::Blob{1, 2}));
    prekeys::forget_upload(in);
    EXPECT_FALSE(prekeys::upload(in));
  });
}

TEST_F(Tables, OnlyTheNewestOneTimePrekeysStay) {
  within([&](Transaction& in) {
    for (std::uint32_t id = 1; id <= 5; ++id) {
      prekeys::keep_one_time(in, id, base::Blob{1});
      prekeys::keep_kyber(in, id, base::Blob{1}, id == 1, {id});
    }
    prekeys::keep_newest_one_time(in, 2);
    EXPECT_FALSE(prekeys::load_one_time(in, 3));
    EXPECT_TRUE(prekeys::load_one_time(in, 4) && prekeys::load_one_time(in, 5));
    EXPECT_TRUE(prekeys::load_kyber(in, 1)) << "the last-resort key is none of them";
    EXPECT_FALSE(prekeys::load_kyber(in, 3));
    EXPECT_TRUE(prekeys::load_kyber(in, 4) && prekeys::load_kyber(in, 5));
  });
}

TEST_F(Tables, OldPrekeysGoButNeverTheNewest) {
  within([&](Transaction& in) {
    for (std::uint32_t id = 1; id <= 3; ++id) {
      prekeys::keep_signed(in, id, base::Blob{1}, {id});
      prekeys::keep_kyber(in, id, base::Blob{1}, true, {id});
    }
    prekeys::keep_kyber(in, 4, base::Blob{1}, false, {1});
    EXPECT_TRUE(prekeys::mark_kyber_used(in, 1, 1, base::Blob{9}));
    EXPECT_TRUE(prekeys::mark_kyber_used(in, 3, 1, base::Blob{9}));
    prekeys::remove_older(in, {1'000});
    EXPECT_FALSE(prekeys::load_signed(in, 1));
    EXPECT_FALSE(prekeys::load_signed(in, 2));
    EXPECT_TRUE(prekeys::load_signed(in, 3));
    EXPECT_FALSE(prekeys::load_kyber(in, 2));
    EXPECT_TRUE(prekeys::load_kyber(in, 3));
    EXPECT_TRUE(prekeys::load_kyber(in, 4)) << "one-time keys stay until they are used";
    EXPECT_FALSE(prekeys::mark_kyber_used(in, 3, 1, base::Blob{9})) << "its log stays as long as the key";
    EXPECT_EQ(prekeys::ages(in).signed_made, base::Timestamp{3});
  });
}

TEST_F(Tables, ContactsComeBackWhole) {
  const Contact made{.account_id = ben.account_id(),
                     .nickname = "Ben",
                     .claimed_name = "benny",
                     .user_name = "ben",
                     .origin = Origin::user_name,
                     .link_token = base::Blob(16, 1),
                     .tls_pin = base::Blob(32, 2),
                     .verified_root = ben.root.public_key,
                     .standing = Standing::blocked,
                     .profile_key = base::Bytes<32>{3},
                     .has_our_profile_key = true};
  within([&](Transaction& in) { contacts::keep(in, made, {1}); });
  store.reopen();
  within([&](Transaction& in) {
    const auto found = contacts::load(in, ben.account_id());
    ASSERT_TRUE(found);
    EXPECT_EQ(found->nickname, made.nickname);
    EXPECT_EQ(found->claimed_name, made.claimed_name);
    EXPECT_EQ(found->user_name, made.user_name);
    EXPECT_EQ(found->origin, made.origin);
    EXPECT_EQ(found->link_token, made.link_token);
    EXPECT_EQ(found->tls_pin, made.tls_pin);
    EXPECT_EQ(found->verified_root, made.verified_root);
    EXPECT_EQ(found->standing, made.standing);
    EXPECT_EQ(found->profile_key, made.profile_key);
    EXPECT_EQ(found->has_our_profile_key, made.has_our_profile_key);
    EXPECT_FALSE(contacts::load(in, ana.account_id()));
  });
}

TEST_F(Tables, TheHomeThatWasAgreedToComesBackAndGivesWayToALaterOne) {
  within([&](Transaction& in) {
    EXPECT_FALSE(homes::load(in, ben.account_id()));
    homes::agree(in, ben.account_id(), {.server = "there:443", .links = 1, .epoch = 20'000});
  });
  store.reopen();
  within([&](Transaction& in) {
    const auto found = homes::load(in, ben.account_id());
    ASSERT_TRUE(found);
    EXPECT_EQ(found->server, "there:443");
    EXPECT_EQ(found->links, 1u);
    EXPECT_EQ(found->epoch, 20'000u);
    homes::agree(in, ben.account_id(), {.server = "third:443"});
    EXPECT_EQ(homes::load(in, ben.account_id())->server, "third:443");
  });
}

TEST_F(Tables, ANicknameIsOneContactsAndBeatsWhatAnybodyClaims_A14) {
  within([&](Transaction& in) {
    contacts::keep(in, {.account_id = ben.account_id(), .nickname = "ben"}, {1});
    contacts::keep(in, {.account_id = ana.account_id(), .nickname = {}, .claimed_name = "ben"}, {1});
    ASSERT_EQ(contacts::find(in, "ben").size(), 1u);
    EXPECT_EQ(contacts::find(in, "ben")[0].account_id, ben.account_id());
    ASSERT_EQ(contacts::find(in, ana.account_id().text()).size(), 1u);
    EXPECT_TRUE(contacts::is_nickname_taken(in, "ben", ana.account_id()));
    EXPECT_FALSE(contacts::is_nickname_taken(in, "ben", ben.account_id()));
    EXPECT_TRUE(contacts::find(in, "nobody").empty());
  });
  error_of([&](Transaction& in) { contacts::keep(in, {.account_id = ana.account_id(), .nickname = "ben"}, {1}); });
}

TEST_F(Tables, PeersAndTheirDevicesComeBack) {
  const wire::Introduction introduction = ben.introduction();
  const auto checked = wire::check_introduction(introduction);
  ASSERT_TRUE(checked);
  within([&](Transaction& in) {
    EXPECT_FALSE(peers::load(in, ben.account_id()));
    peers::keep(in, introduction, *checked);
    peers::keep(in, introduction, *checked);  // replaces
  });
  store.reopen();
  within([&](Transaction& in) {
    const auto found = peers::load(in, ben.account_id());
    ASSERT_TRUE(found);
    EXPECT_EQ(found->held.list_hash, checked->list_hash);
    EXPECT_EQ(found->held.certificate_hash, checked->certificate_hash);
    ASSERT_EQ(found->devices.size(), 1u);
    EXPECT_EQ(found->devices[0].identity_key, ben.identity.public_key);
    EXPECT_EQ(found->devices[0].mailbox_id, ben.mailbox);
    EXPECT_EQ(found->devices[0].registration_id.value, 4242);
    const auto by_key = peers::device_of_key(in, ben.identity.public_key);
    ASSERT_TRUE(by_key);
    EXPECT_EQ(by_key->account_id, ben.account_id());
    EXPECT_FALSE(peers::device_of_key(in, ana.identity.public_key));
  });
}

TEST_F(Tables, TheOwnAccountComesBackAndIsRegisteredOnce) {
  const auto make = [&]() -> OwnAccount {
    return {.account_id = ana.account_id(),
            .user_name = "ana",
            .server = "here:443",
            .server_ca = "PEM",
            .root_key = ana.root.public_key,
            .account_key = ana.account.private_key.clone(),
            .device = wire::DeviceNumber(1),
            .identity = ana.identity.clone(),
            .registration_id = wire::RegistrationId(4242),
            .mailbox_id = ana.mailbox,
            .token = DeviceToken(base::Bytes<32>{5}),
            .introduction = ana.introduction(),
            .backup_statement = {1, 2},
            .account_secret = AccountSecret(base::Bytes<32>{6}),
            .link_token = {7}};
  };
  within([&](Transaction& in) {
    EXPECT_FALSE(own_account::load(in));
    own_account::keep_pending(in, make(), base::Blob{9, 9});
    EXPECT_FALSE(own_account::is_registered(in));
  });
  store.reopen();
  within([&](Transaction& in) {
    EXPECT_EQ(own_account::pending_registration(in), (base::Blob{9, 9}));
    own_account::set_registered(in);
    EXPECT_TRUE(own_account::is_registered(in));
    EXPECT_FALSE(own_account::pending_registration(in));
    const auto found = own_account::load(in);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->account_id, ana.account_id());
    EXPECT_EQ(found->server_ca, "PEM");
    EXPECT_EQ(found->identity.public_key, ana.identity.public_key);
    EXPECT_EQ(found->account_key->public_key(), ana.account.public_key);
    EXPECT_EQ(found->mailbox_id, ana.mailbox);
    EXPECT_EQ(found->link_token[0], 7);
    EXPECT_EQ(found->token.expose()[0], 5);
    own_account::forget_pending(in);
    EXPECT_TRUE(own_account::load(in)) << "a registered account is not forgotten";
  });
  error_of([&](Transaction& in) { own_account::keep_pending(in, make(), base::Blob{1}); });
}

TEST_F(Tables, ARowThatIsDamagedIsSaidToBe) {
  within([&](Transaction& in) { messages::keep(in, example(1, false)); });
  store.run("UPDATE messages SET sender = x'00'");
  EXPECT_EQ(error_of([](Transaction& in) { messages::load(in, 1); }), Error::damaged);
}

}  // namespace
}  // namespace sotto::store
