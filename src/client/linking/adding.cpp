// The admin device's side from the first code on: what the person confirmed is put on the list.
#include <algorithm>

#include "client/linking/admin.hpp"
#include "store/linking.hpp"

namespace sotto::client::linking {
namespace {

Problem none_under_way() { return refused("no linking is under way here"); }

}  // namespace

asio::awaitable<Result<std::string>> Admin::confirm(std::string typed) {
  if (!session_ || !applicant_) co_return none_under_way();
  if (!is_code(typed, codes_.first)) {
    co_return co_await fail(
        refused("this is not the code that the new device shows: somebody may stand in between. Nothing was linked; "
                "if nobody is setting up a device beside you, somebody wants to read along"));
  }
  const auto account = own();
  if (!account) co_return co_await fail(account.error());
  const auto number =
      parts_.store.transact([&](store::Transaction& in) { return own_list::free_number(in, *account); });
  if (!number) co_return co_await fail(number.error());
  applicant_->number = *number;
  const wire::LinkPlace place{.number = *number};
  auto sealed = session_->encrypt(place.serialize());
  if (!sealed) co_return co_await fail(sealed.error());
  const auto said = co_await meeting_->say(*std::move(sealed));
  if (!said) co_return co_await fail(said.error());
  was_confirmed_ = true;
  reached(AdminStep::confirmed);
  co_return codes_.second;
}

Result<device_entry::Applicant> Admin::read_application(const base::Blob& message) {
  TRY(const base::Blob words, session_->decrypt(message));
  const auto application = wire::LinkApplication::parse(words);
  if (!application || application->number != applicant_->number)
    return refused("the new device's application can't be used: nothing was linked");
  TRY(const store::OwnAccount account, own());
  device_entry::Applicant applicant = *applicant_;
  applicant.consent = application->consent;
  const wire::DeviceConsent consent{.account_id = account.account_id,
                                    .number = applicant.number,
                                    .registration_id = applicant.registration_id,
                                    .mailbox_id = applicant.mailbox_id};
  if (!crypto::verify(applicant.identity_key, wire::to_be_signed(wire::names::device_consent, consent.serialize()),
                      applicant.consent))
    return refused("the new device does not consent to its place on the list: nothing was linked");
  return applicant;
}

/// The server may know of a device that had this number before this one saw the list: the next try takes another.
void Admin::note_refused_number() {
  const auto noted = parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    TRY(const store::OwnAccount account, own_in(in));
    auto list = wire::DeviceList::parse(account.introduction.list.statement);
    CHECK(list);
    list->devices.front().number = applicant_->number;
    store::own_account::note_numbers(in, *list);
    return {};
  });
  if (!noted && parts_.warn) parts_.warn(noted.error());
}

asio::awaitable<Result<void>> Admin::welcome() {
  const auto words = parts_.store.transact([&](store::Transaction& in) -> Result<base::Blob> {
    const auto account = store::own_account::load(in);
    CHECK(account);
    const wire::SyncAccount secrets = own_list::secrets_for_devices(in, *account, parts_.random);
    const wire::LinkWelcome welcome{.introduction = account->introduction,
                                    .account_secret = secrets.account_secret,
                                    .profile_key = secrets.profile_key,
                                    .link_token = secrets.link_token};
    return session_->encrypt(welcome.serialize());
  });
  if (!words) co_return words.error();
  base::Blob message = *words;
  co_return co_await meeting_->say(std::move(message));
}

asio::awaitable<Result<wire::DeviceNumber>> Admin::add(std::string name) {
  if (!session_ || !was_confirmed_) co_return none_under_way();
  const auto heard = co_await meeting_->hear();
  if (!heard) co_return co_await fail(heard.error());
  const auto applicant = read_application(*heard);
  if (!applicant) co_return co_await fail(applicant.error());
  reached(AdminStep::heard_application);
  own_list::Intent intent{.add = *applicant, .name = std::move(name)};
  const auto changed = co_await engine_.change_list(std::move(intent));
  if (!changed) {
    if (changed.error().error == Error::refused) note_refused_number();
    co_return co_await fail(changed.error());
  }
  const auto succeeded = parts_.store.transact([](store::Transaction& in) -> Result<void> {
    store::linking::forget_tries(in);
    return {};
  });
  if (!succeeded) co_return succeeded.error();
  reached(AdminStep::listed);
  // If it does not arrive, the new device asks the server by itself.
  const auto welcomed = co_await welcome();
  if (!welcomed && parts_.warn) parts_.warn(welcomed.error());
  reached(AdminStep::welcomed);
  co_return applicant->number;
}

}  // namespace sotto::client::linking
