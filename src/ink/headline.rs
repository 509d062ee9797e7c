/// A `Topic` is what a sentence of a report's first screen is about. Their order is that in which they are told, and where there is
/// no room for all the last are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// It is the family that most is built on.
    Families,
    /// It is whose models are downloaded.
    Downloads,
    /// It is who publishes most.
    Publishers,
    /// It is who converts models of others.
    Converters,
    /// It is how the Hub grew.
    Growth,
    /// It is the model with most children.
    Bases,
    /// It is the country whose models are built on.
    Countries,
    /// It is how many models are connected, and how far.
    Shape,
}

impl Topic {
    /// Gives its title.
    pub fn title(self) -> &'static str {
        match self {
            Topic::Families => "What is built on",
            Topic::Downloads => "Who is downloaded",
            Topic::Publishers => "Who publishes",
            Topic::Converters => "Who converts",
            Topic::Growth => "What grew",
            Topic::Bases => "The model most built on",
            Topic::Countries => "Where bases come from",
            Topic::Shape => "How far it reaches",
        }
    }
}

/// A `Headline` is a sentence of a section that a report's first screen may tell. Each number in it stands in its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headline {
    /// This is what it is about.
    pub topic: Topic,
    /// This is the sentence.
    pub text: String,
    /// This is the name of the section's table in which its numbers stand.
    pub table: &'static str,
    /// This is the column of the table whose first values are drawn beside it.
    pub column: &'static str,
}
