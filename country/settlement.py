"""Slots of the country, and the drawing of the workplaces that take them."""

from __future__ import annotations

import numpy as np

from country.addresses import AddressBook, PlainAddresses
from country.districts import District
from country.industries import load_industries
from country.law import Law
from country.names import load_name_book
from country.places import Places
from country.resources import read_yaml
from country.sizes import SizeLaws
from country.streets import Streets
from country.workplaces import CORPORATION, SOLE_PROPRIETOR, Floats, Integers, Workplaces
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Month

_EARLIEST = np.datetime64("1988-01-01")


class Settlement:
    """The ground as seen by workplaces.

    Args:
        law: The law.
        districts: The districts.
        places: The ground.
        outside: Workplaces outside districts as a share of those inside.
        calm: Share of the ordinary noise in each district, and outside as the last entry.
        rng: Source of randomness.

    Attributes:
        addresses: The address book.
    """

    def __init__(
        self,
        law: Law,
        districts: list[District],
        places: Places,
        *,
        outside: float,
        calm: Floats,
        rng: np.random.Generator,
    ) -> None:
        self._law = law
        self._calm = calm
        self._industries = load_industries()
        self._names = load_name_book()
        content = read_yaml("districts.yaml")
        profiles = list(content["profiles"])
        mix = np.array([[content["profiles"][p][s] for s in self._industries.sectors] for p in profiles])
        self._mix = mix / mix.sum(axis=1, keepdims=True)
        self._profile = np.array([profiles.index(d.profile) for d in districts] + [profiles.index("country")])
        self._speciality = self._industries.draw(rng, self._draw_sectors(rng, np.arange(len(districts) + 1)))
        self._speciality_share = np.append(np.full(len(districts), content["speciality_share"]), 0.0)
        self._sizes = SizeLaws(law, self._industries.sectors)
        in_sight = np.array([d.workplaces for d in districts])
        self._in_sight = np.append(in_sight, in_sight.sum() * outside)
        self._cap = np.append(np.full(len(districts), law.sizes.cap_inside), law.sizes.cap_outside)
        self._serials = 0
        sigungu = np.array([int(code[:5]) for code in places.legal_dong_code])
        self._tax_office = sigungu * 7919 % 799
        if law.addresses is None:
            self.addresses: AddressBook = PlainAddresses(
                districts,
                places,
                strangers=law.outside.share_in_district_places,
                blank_road=law.rows.blank_road,
                rng=rng,
            )
        else:
            self.addresses = Streets(law, districts, places, outside=self._in_sight[-1], rng=rng)

    def first(self, origin: Month, rng: np.random.Generator) -> Workplaces:
        """Draw the slots and the workplaces that the country begins with.

        Raises:
            RefusedError: when there would be more workplaces than names.
        """
        law = self._law
        mix = self._mix[self._profile]
        vacant = law.dynamics.vacancy_months * law.dynamics.closure / 2
        corporations = self._in_sight * (1 + vacant) / (mix @ self._sizes.visible_share(CORPORATION))
        sole = (
            self._in_sight
            * (1 + vacant)
            * law.sole_proprietors.share
            / (mix @ self._sizes.visible_share(SOLE_PROPRIETOR))
        )
        counts = [np.floor(c + rng.random(c.size)).astype(np.int64) for c in (corporations, sole)]
        index = np.arange(self._in_sight.size)
        district = np.concatenate([np.repeat(index, count) for count in counts])
        form = np.repeat([CORPORATION, SOLE_PROPRIETOR], [count.sum() for count in counts])
        age = rng.exponential(law.rows.mean_age_years * 365, district.size).astype(np.int64)
        begin = np.datetime64(origin.first_day).astype(np.int64)
        enrolled = np.maximum(begin - 1 - age, _EARLIEST.astype(np.int64))
        first_day = rng.random(district.size) < law.rows.on_first_day
        as_month = enrolled.astype("datetime64[D]").astype("datetime64[M]")
        enrolled = np.where(first_day, as_month.astype("datetime64[D]").astype(np.int64), enrolled)
        drawn = self._draw(rng, district, form, enrolled, newcomers=False)
        later = drawn.enrolled + (rng.random(district.size) * (begin - drawn.enrolled)).astype(np.int64)
        drawn.re_enrolled = np.where(rng.random(district.size) < law.rows.re_enrolled, later, 0)
        by_age = np.argsort(drawn.enrolled, kind="stable")
        drawn.serial[by_age] = np.arange(district.size)
        drawn.name = drawn.serial.copy()
        self._limit_top_share(drawn)
        self._share_names(drawn, rng)
        drawn.heads = np.floor(drawn.target + rng.random(district.size)).astype(np.int64)
        return drawn

    def _limit_top_share(self, drawn: Workplaces) -> None:
        """Limit the largest target of every district to the law's share, for later newcomers too."""
        share = self._law.sizes.top_share
        count = self._cap.size
        for _ in range(2):
            total = np.bincount(drawn.district, weights=drawn.target, minlength=count)
            self._cap = np.minimum(self._cap, np.maximum(share * total, 3.0))
            drawn.target = np.minimum(drawn.target, self._cap[drawn.district])

    def newcomers(self, rng: np.random.Generator, slots_of: Workplaces, month: Month) -> Workplaces:
        """Draw workplaces that open in vacant slots this month.

        Args:
            rng: Source of randomness.
            slots_of: Previous workplaces of the slots.
            month: The month.

        Raises:
            RefusedError: when there are more workplaces than names.
        """
        count = slots_of.district.size
        begin, end = (np.datetime64(day).astype(np.int64) for day in (month.first_day, month.last_day))
        first_day = rng.random(count) < self._law.rows.on_first_day
        enrolled = np.where(first_day, begin, rng.integers(begin, end + 1, count))
        drawn = self._draw(rng, slots_of.district, slots_of.form, enrolled, newcomers=True)
        low, high = self._law.dynamics.opening_size
        size = drawn.target * rng.uniform(low, high, count)
        drawn.heads = np.maximum(np.floor(size + rng.random(count)), 1).astype(np.int64)
        return drawn

    def _draw(
        self,
        rng: np.random.Generator,
        district: Integers,
        form: Integers,
        enrolled: Integers,
        *,
        newcomers: bool,
    ) -> Workplaces:
        count = district.size
        law, industries = self._law, self._industries
        serial = self._number(count)
        special = rng.random(count) < self._speciality_share[district]
        industry = industries.draw(rng, self._draw_sectors(rng, district))
        industry = np.where(special, self._speciality[district], industry)
        sector = industries.sector[industry]
        target = self._sizes.draw(rng, form, sector, self._cap[district], newcomers=newcomers)
        move = law.dynamics
        separation = move.separation * industries.turnover_factor[industry]
        separation *= np.exp(move.separation_sd * rng.standard_normal(count) - move.separation_sd**2 / 2)
        pay = (
            law.pay.median_at_10_heads * industries.pay_factor[industry] * (target / 10) ** law.pay.size_power
        )
        spread = np.sqrt(law.pay.between_var + law.pay.within_var / target)
        pay *= np.exp(spread * rng.standard_normal(count))
        pay[(target < law.pay.token_heads) & (rng.random(count) < law.pay.token_share)] = 0.0
        style, trade = self._draw_names(rng, form, sector)
        spot = self.addresses.draw(rng, district)
        wander = move.wander_sd * self._calm[district] * rng.standard_normal(count)
        address = self.addresses.settle(rng, spot)
        return Workplaces(
            district=district,
            form=form,
            serial=serial,
            industry=industry,
            target=target,
            wander=wander,
            separation=np.minimum(separation, move.separation_cap),
            pay=pay,
            address=address,
            prefix=self._draw_prefixes(rng, form, address),
            style=style,
            trade=trade,
            enrolled=enrolled,
            re_enrolled=np.zeros(count, dtype=np.int64),
            heads=np.zeros(count, dtype=np.int64),
            name=serial.copy(),
        )

    def _number(self, count: int) -> Integers:
        """Return the next serial numbers, limited by the number of names."""
        first, self._serials = self._serials, self._serials + count
        if self._serials > self._names.capacity:
            raise RefusedError(
                f"law {self._law.version} has names for {self._names.capacity:,} workplaces; "
                f"ask for fewer districts or months or a smaller share outside"
            )
        return np.arange(first, self._serials)

    def _draw_sectors(self, rng: np.random.Generator, district: Integers) -> Integers:
        cumulative = np.cumsum(self._mix, axis=1)[self._profile[district]]
        above = rng.random(district.size)[:, None] > cumulative[:, :-1]
        return np.asarray(above.sum(axis=1), dtype=np.int64)

    def _draw_names(
        self, rng: np.random.Generator, form: Integers, sector: Integers
    ) -> tuple[Integers, Integers]:
        names, count = self._names, form.size
        style, trade = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
        construction = sector == self._industries.sectors.index("construction")
        site = construction & (rng.random(count) < names.building_site_share)
        sole = form == SOLE_PROPRIETOR
        groups = {"sole_proprietor": sole, "building_site": ~sole & site, "corporation": ~sole & ~site}
        for group, members in groups.items():
            style[members] = names.draw_style(rng, group, int(members.sum()))
        for index, name in enumerate(self._industries.sectors):
            members = sector == index
            trade[members] = names.draw_trade(rng, name, int(members.sum()))
        return style, trade

    def names_of_their_own(self, count: int) -> Integers:
        """Return unused numbers of syllables."""
        return self._number(count)

    def numbers(self, rng: np.random.Generator, who: Workplaces) -> Integers:
        """Return new business numbers for some workplaces, their first six digits."""
        return self._draw_prefixes(rng, who.form, who.address)

    def addresses_for(self, rng: np.random.Generator, district: Integers) -> Integers:
        """Return new addresses in some districts."""
        spots = self.addresses.draw(rng, district)
        return self.addresses.settle(rng, spots)

    @property
    def most_heads(self) -> Floats:
        """Return the largest target of a workplace in each district, and outside as the last entry."""
        return self._cap

    def _draw_prefixes(self, rng: np.random.Generator, form: Integers, address: Integers) -> Integers:
        types = self._law.rows.corporate_types
        share = np.cumsum(list(types.values()))
        corporate = np.array(list(types))[
            np.searchsorted(share, rng.random(form.size) * share[-1], side="right")
        ]
        kind = np.where(form == CORPORATION, corporate, rng.integers(1, 80, form.size))
        office = rng.integers(101, 900, form.size)
        prefix = office * 1000 + kind * 10 + rng.integers(0, 10, form.size)
        if self._law.addresses is None:
            return np.asarray(prefix)
        home = 101 + self._tax_office[self.addresses.place_of(address)]
        at_home = rng.random(form.size) < self._law.addresses.tax_office_at_home
        return np.asarray(np.where(at_home, home * 1000 + prefix % 1000, prefix))

    def _share_names(self, drawn: Workplaces, rng: np.random.Generator) -> None:
        """Give a few workplaces the name and number of another one, mostly at the same place."""
        law = self._law.lives
        if law is None:
            return
        by_district = np.argsort(drawn.district, kind="stable")
        chosen = 1 + np.flatnonzero(rng.random(drawn.serial.size - 1) < law.namesakes / 2)
        near = rng.random(chosen.size) < law.namesakes_near
        one = by_district[chosen]
        other = np.where(near, by_district[chosen - 1], rng.integers(0, drawn.serial.size, chosen.size))
        fits = (drawn.form[one] == drawn.form[other]) & (
            ~near | (drawn.district[one] == drawn.district[other])
        )
        one, other, near = one[fits], other[fits], near[fits]
        for column in (drawn.name, drawn.style, drawn.trade, drawn.prefix):
            column[one] = column[other]
        drawn.address[one[near]] = drawn.address[other[near]]
