//! `ensemble seed`: an agency to try things out with. Its people and movies are made up.

use std::collections::BTreeSet;

use ensemble_domain::{
    ActorId, ActorName, ActorQuery, Billing, Born, CastingStatus, Character, Deleted, Gender, InvalidFields, Limit,
    MovieQuery, NewActor, NewCasting, NewMovie, PageNumber, PageRequest, Reason, ReleaseDate, ShootWindow, Start,
    Title, parse_day,
};

use crate::{
    failure::Failure,
    failure::print,
    operator,
    settings::Settings,
    wiring::{self, UseCases},
};

const COMMAND: &str = "seed";

/// Adds the actors where there are none, and the movies where there are none; deleted ones count. Each kind is added whole or not
/// at all, so that a second run completes one that was interrupted. The movies get
/// their casts only when both were added by this run.
pub fn run(settings: &Settings) -> Result<(), Failure> {
    let use_cases = wiring::use_cases_with_schema(settings)?;
    let failed = |error| Failure::because("the database could not be filled", &error);
    let one = PageRequest { limit: Limit::DEFAULT, start: Start::Page(PageNumber::FIRST) };
    let query = ActorQuery::default().showing_deleted(&operator::permit(COMMAND)?, Deleted::With);
    let actors = use_cases.actors.list(&operator::permit(COMMAND)?, &query, &one).map_err(failed)?.total.get();
    let query = MovieQuery::default().showing_deleted(&operator::permit(COMMAND)?, Deleted::With);
    let movies = use_cases.movies.list(&operator::permit(COMMAND)?, &query, &one).map_err(failed)?.total.get();
    let mut added = Vec::new();
    if actors == 0 {
        let actors = ACTORS.into_iter().map(actor).collect::<Result<Vec<_>, _>>().map_err(|error| wrong(&error))?;
        let rows = &mut actors.into_iter().map(Ok);
        let imported = use_cases.actors.import(&operator::permit(COMMAND)?, rows).map_err(failed)?.into_inner();
        added.push(format!("{} actors", imported.count));
    }
    if movies == 0 {
        let movies = MOVIES.into_iter().map(movie).collect::<Result<Vec<_>, _>>().map_err(|error| wrong(&error))?;
        let rows = &mut movies.into_iter().map(Ok);
        let imported = use_cases.movies.import(&operator::permit(COMMAND)?, rows).map_err(failed)?.into_inner();
        added.push(format!("{} movies", imported.count));
    }
    if actors == 0 && movies == 0 {
        added.push(format!("{} castings", cast(&use_cases)?));
    }
    if added.is_empty() {
        return print("the database is not empty; nothing was added");
    }
    print(&format!("added {}", added.join(", ")))
}

/// Casts the actors in the movies, and answers how many castings that were.
fn cast(use_cases: &UseCases) -> Result<usize, Failure> {
    let failed = |error| Failure::because("the movies could not be cast", &error);
    let all = PageRequest { limit: Limit::new(100).unwrap_or(Limit::DEFAULT), start: Start::Page(PageNumber::FIRST) };
    let actors =
        use_cases.actors.list(&operator::permit(COMMAND)?, &ActorQuery::default(), &all).map_err(failed)?.items;
    let movies =
        use_cases.movies.list(&operator::permit(COMMAND)?, &MovieQuery::default(), &all).map_err(failed)?.items;
    let actor = |name: &str| actors.iter().find(|actor| actor.name.as_str() == name).map(|actor| actor.id);
    let movie = |title: &str| movies.iter().find(|movie| movie.title.as_str() == title).map(|movie| movie.id);
    let mut count = 0;
    for part in PARTS {
        let (Some(movie), Some(actor)) = (movie(part.0), actor(part.2)) else { continue };
        let new = casting(part, actor).map_err(|error| wrong(&error))?;
        use_cases.castings.create(&operator::permit(COMMAND)?, movie, &new).map_err(failed)?;
        count += 1;
    }
    Ok(count)
}

fn wrong(error: &InvalidFields) -> Failure {
    Failure::because("the made-up agency breaks a rule", error)
}

fn actor((name, gender, birth_date): Person) -> Result<NewActor, InvalidFields> {
    Ok(NewActor {
        name: ActorName::parse(name).map_err(|fault| InvalidFields::one("name", fault))?,
        gender: Gender::parse(gender).map_err(|fault| InvalidFields::one("gender", fault))?,
        born: Born::On(parse_day(birth_date).map_err(|fault| InvalidFields::one("birth_date", fault))?),
    })
}

fn movie((title, release, shoot): Production) -> Result<NewMovie, InvalidFields> {
    let day = |field, text| parse_day(text).map_err(|fault| InvalidFields::one(field, fault));
    let (start, end) = match shoot {
        Some((start, end)) => (Some(day("shoot_start", start)?), Some(day("shoot_end", end)?)),
        None => (None, None),
    };
    let release = day("release_date", release)?;
    Ok(NewMovie {
        title: Title::parse(title).map_err(|fault| InvalidFields::one("title", fault))?,
        release_date: ReleaseDate::new(release).map_err(|fault| InvalidFields::one("release_date", fault))?,
        shoot: ShootWindow::between(start, end)?,
        actors: BTreeSet::new(),
    })
}

fn casting((_, character, _, status, billing, reason): Part, actor: ActorId) -> Result<NewCasting, InvalidFields> {
    let fault = |field| move |fault| InvalidFields::one(field, fault);
    Ok(NewCasting {
        actor,
        character: Some(Character::parse(character).map_err(fault("character"))?),
        status,
        reason: reason.map(Reason::parse).transpose().map_err(fault("reason"))?,
        billing: billing.map(Billing::new).transpose().map_err(fault("billing"))?,
    })
}

/// Name, gender and birth date.
type Person = (&'static str, &'static str, &'static str);

const ACTORS: [Person; 40] = [
    ("Nada Haddad", "female", "2001-03-14"),
    ("Ilja Brankovic", "male", "1988-11-02"),
    ("Marisol Quiroga-Leal", "female", "1979-06-21"),
    ("Tobias Wennerholm", "male", "1994-01-30"),
    ("Ayodele Fashanuwa", "male", "1985-09-09"),
    ("Sunniva Eikemo", "female", "1999-12-05"),
    ("Ren Takamori", "non-binary", "1996-04-18"),
    ("Oisín Mac Giollarnáth", "male", "1971-02-27"),
    ("Priyamvada Sethuraj", "female", "1990-07-11"),
    ("Casimir Dobrzanek", "male", "1964-05-03"),
    ("Wanjiru Kamathi", "female", "2003-10-22"),
    ("Lucien Abadie-Roux", "male", "1982-08-16"),
    ("Yael Perlmuth", "female", "1976-03-29"),
    ("Hamza Belkhodja", "male", "1998-06-07"),
    ("Signe Thorvaldsdal", "female", "1958-01-19"),
    ("Dao Minh Tuyet", "female", "1992-02-29"),
    ("Fergus Auchterlon", "male", "1967-10-13"),
    ("Zofia Wieczorna", "female", "2005-05-25"),
    ("Amaru Quispehuanca", "male", "1989-12-31"),
    ("Beatrix van Holthuysen", "female", "1953-09-17"),
    ("Kofi Ansah-Mireku", "male", "1980-04-04"),
    ("Lior Ashkenazor", "non-binary", "1993-08-28"),
    ("Giulietta Morabianca", "female", "1986-11-20"),
    ("Emre Karadaglioglu", "male", "1974-07-01"),
    ("Noor al-Rashwan", "female", "2000-01-08"),
    ("Piotr Zelasko-Wrona", "male", "1961-06-15"),
    ("Anahera Tuwhare-Pohe", "female", "1997-09-30"),
    ("Balthasar Ochsenreiter", "male", "1949-03-06"),
    ("Xiomara Villasante", "female", "1984-05-12"),
    ("Jonah Pemberwick", "male", "2007-02-14"),
    ("Ines Carvalheira", "female", "1969-12-24"),
    ("Sachin Deorukhkari", "male", "1991-10-10"),
    ("Mirembe Nalwoga", "female", "1995-03-03"),
    ("Aleksi Rautavuori", "male", "1987-01-25"),
    ("Rowan Tesselaar", "non-binary", "2002-07-19"),
    ("Clementine Fairholt", "female", "1972-04-09"),
    ("Dragomir Velchevski", "male", "1956-08-02"),
    ("Hye-jin Namgungwol", "female", "2004-11-11"),
    ("Mateus Figueirinha", "male", "1978-09-05"),
    ("Theodora Kallistrou", "female", "1963-02-01"),
];

/// Title, release date and the first and last day of the shoot.
type Production = (&'static str, &'static str, Option<(&'static str, &'static str)>);

const MOVIES: [Production; 12] = [
    ("The Salt Cartographer", "2019-09-13", None),
    ("Eleven Kinds of Rain", "2021-03-05", None),
    ("A Lighthouse for Beginners", "2022-11-18", Some(("2021-06-07", "2021-08-20"))),
    ("Paper Tigers of Ostrava", "2023-05-26", Some(("2022-02-14", "2022-04-29"))),
    ("The Understudy's Revenge", "2024-02-09", Some(("2022-10-03", "2022-12-16"))),
    ("Marigold Standard Time", "2024-10-31", Some(("2023-05-08", "2023-07-28"))),
    ("Nobody's Orchestra", "2025-06-20", Some(("2024-01-15", "2024-03-22"))),
    ("Second Snow", "2025-12-12", Some(("2024-11-04", "2025-01-31"))),
    ("The Quiet Auction", "2026-09-04", Some(("2025-04-07", "2025-06-13"))),
    ("Harbour Without Ships", "2027-04-16", Some(("2026-05-11", "2026-07-31"))),
    ("An Inventory of Small Fires", "2027-11-05", Some(("2026-09-14", "2026-12-18"))),
    ("Tomorrow, the Mountain", "2028-07-07", Some(("2027-03-01", "2027-06-25"))),
];

/// Title, part, actor, status, place in the credits and reason.
type Part = (&'static str, &'static str, &'static str, CastingStatus, Option<i64>, Option<&'static str>);

const PARTS: [Part; 30] = {
    use CastingStatus::{Auditioning, Booked, Considering, Declined, Offered, Pinned, Released};
    [
        ("The Salt Cartographer", "Ottilie", "Sunniva Eikemo", Booked, Some(1), None),
        ("The Salt Cartographer", "The Surveyor", "Casimir Dobrzanek", Booked, Some(2), None),
        ("Eleven Kinds of Rain", "Meera", "Priyamvada Sethuraj", Booked, Some(1), None),
        ("Eleven Kinds of Rain", "Mr Abadie", "Lucien Abadie-Roux", Booked, Some(2), None),
        ("Eleven Kinds of Rain", "The Neighbour", "Signe Thorvaldsdal", Booked, Some(3), None),
        ("A Lighthouse for Beginners", "Fergus", "Fergus Auchterlon", Booked, Some(1), None),
        ("A Lighthouse for Beginners", "Wren", "Zofia Wieczorna", Booked, Some(2), None),
        ("Paper Tigers of Ostrava", "Zdena", "Beatrix van Holthuysen", Booked, Some(1), None),
        ("Paper Tigers of Ostrava", "Radek", "Piotr Zelasko-Wrona", Booked, Some(2), None),
        ("The Understudy's Revenge", "Lavinia", "Giulietta Morabianca", Booked, Some(1), None),
        ("The Understudy's Revenge", "The Prompter", "Ren Takamori", Booked, Some(2), None),
        ("Marigold Standard Time", "Anjali", "Priyamvada Sethuraj", Booked, Some(1), None),
        ("Nobody's Orchestra", "The Conductor", "Balthasar Ochsenreiter", Booked, Some(1), None),
        ("Nobody's Orchestra", "Second Violin", "Yael Perlmuth", Booked, Some(2), None),
        ("Second Snow", "Inger", "Sunniva Eikemo", Booked, Some(1), None),
        ("The Quiet Auction", "Mrs Fairweather", "Clementine Fairholt", Booked, Some(1), None),
        ("The Quiet Auction", "The Bidder", "Kofi Ansah-Mireku", Booked, Some(2), None),
        ("Harbour Without Ships", "Teodora", "Theodora Kallistrou", Booked, Some(1), None),
        ("Harbour Without Ships", "The Pilot", "Emre Karadaglioglu", Booked, Some(2), None),
        ("Harbour Without Ships", "The Pilot", "Hamza Belkhodja", Released, None, Some("The part was made older")),
        ("An Inventory of Small Fires", "Noor", "Noor al-Rashwan", Booked, Some(1), None),
        ("An Inventory of Small Fires", "Ilja", "Ilja Brankovic", Offered, None, None),
        ("An Inventory of Small Fires", "The Insurer", "Marisol Quiroga-Leal", Pinned, None, None),
        ("An Inventory of Small Fires", "The Insurer", "Ines Carvalheira", Declined, None, Some("On stage that month")),
        ("Tomorrow, the Mountain", "Mirembe", "Mirembe Nalwoga", Offered, None, None),
        ("Tomorrow, the Mountain", "The Guide", "Amaru Quispehuanca", Pinned, None, None),
        ("Tomorrow, the Mountain", "The Guide", "Aleksi Rautavuori", Auditioning, None, None),
        ("Tomorrow, the Mountain", "The Doctor", "Wanjiru Kamathi", Auditioning, None, None),
        ("Tomorrow, the Mountain", "The Doctor", "Dao Minh Tuyet", Considering, None, None),
        ("Tomorrow, the Mountain", "The Pilgrim", "Anahera Tuwhare-Pohe", Considering, None, None),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_made_up_agency_keeps_every_rule() {
        assert_eq!(ACTORS.into_iter().flat_map(actor).count(), 40);
        assert_eq!(MOVIES.into_iter().flat_map(movie).count(), 12);
        for part in PARTS {
            assert!(MOVIES.iter().any(|movie| movie.0 == part.0), "{}", part.0);
            assert!(ACTORS.iter().any(|actor| actor.0 == part.2), "{}", part.2);
            assert!(casting(part, ActorId::new(1).unwrap()).is_ok(), "{}", part.1);
        }
    }
}
