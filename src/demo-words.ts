/**
 * The names, titles, pages and papers of the made-up world. It decides nothing but words; they are common ones of each
 * language, put together at random, and name nobody.
 */

type Some<T> = readonly [T, ...T[]];
export type Role = 'chief' | 'head' | 'manager' | 'specialist' | 'student';
type Language = 'en' | 'de' | 'ro' | 'tr' | 'fr';

export interface Tongue {
  readonly language: Language;
  readonly countries: Some<string>;
}

export const tongues: Some<Tongue> = [
  { language: 'en', countries: ['GB', 'IE', 'US'] },
  { language: 'de', countries: ['DE', 'DE', 'AT'] },
  { language: 'ro', countries: ['RO', 'RO', 'MD'] },
  { language: 'tr', countries: ['TR'] },
  { language: 'fr', countries: ['FR', 'BE'] },
];

interface Words {
  readonly first: Some<string>;
  readonly last: Some<string>;
  readonly titles: Readonly<Record<Role, Some<string>>>;
}

export const people: Readonly<Record<Language, Words>> = {
  en: {
    first: ['Alice', 'Daniel', 'Grace', 'Harry', 'Nora', 'Oliver', 'Priya', 'Ruth', 'Sam', 'Thomas'],
    last: ['Baker', 'Carter', "O'Neill", 'Hughes', 'Marsh', 'Patel', 'Shaw', 'Turner', 'Walsh', 'Young'],
    titles: {
      chief: ['CEO', 'Founder', 'Managing Director', 'Founder & CEO'],
      head: ['Head of Operations', 'VP, Supply Chain', 'Director of Logistics'],
      manager: ['Warehouse Manager', 'Operations Manager', 'Team Lead'],
      specialist: ['Analyst', 'Buyer', 'Planner', 'Engineer'],
      student: ['Student', 'Intern', 'MSc student, logistics'],
    },
  },
  de: {
    first: ['Anke', 'Björn', 'Jürgen', 'Katrin', 'Lena', 'Markus', 'Sören', 'Uwe', 'Zoë', 'Heike'],
    last: ['Bauer', 'Groß', 'König', 'Krüger', 'Müller', 'Schäfer', 'Vogel', 'Weiß', 'Winter', 'Lang'],
    titles: {
      chief: ['Geschäftsführer', 'Geschäftsführerin', 'Gründer'],
      head: ['Leiter Logistik', 'Leiterin Einkauf', 'Bereichsleiterin Lager'],
      manager: ['Teamleiter', 'Lagermanager', 'Projektmanagerin'],
      specialist: ['Sachbearbeiter', 'Disponentin', 'Ingenieur'],
      student: ['Studentin', 'Werkstudent', 'Praktikant'],
    },
  },
  ro: {
    first: ['Ana', 'Ștefan', 'Ioana', 'Mihai', 'Ilinca', 'Răzvan', 'Teodora', 'Cătălin', 'Măriuca', 'Vlad'],
    last: ['Ionescu', 'Popa', 'Mureșan', 'Țurcanu', 'Șerban', 'Stănescu', 'Bălan', 'Câmpeanu', 'Rusu', 'Dobre'],
    titles: {
      chief: ['Director general', 'Fondator', 'DIRECTOR GENERAL'],
      head: ['Director de operațiuni', 'Șef depozit', 'Director logistică'],
      manager: ['Manager de achiziții', 'Coordonator transport'],
      specialist: ['Specialist achiziții', 'Inginer', 'Analist'],
      student: ['Student', 'Studentă', 'Practicant'],
    },
  },
  tr: {
    first: ['Ayşe', 'Çağlar', 'Elif', 'Gökhan', 'İpek', 'Işıl', 'Mehmet', 'Ömer', 'Şule', 'Uğur'],
    last: ['Aydın', 'Çelik', 'Demir', 'Güneş', 'Kılıç', 'Öztürk', 'Şahin', 'Yıldız', 'Yılmaz', 'Arslan'],
    titles: {
      chief: ['Genel Müdür', 'Kurucu', 'GENEL MÜDÜR'],
      head: ['SATIŞ MÜDÜRÜ', 'Lojistik Müdürü', 'Operasyon Direktörü'],
      manager: ['Depo Yöneticisi', 'Takım Lideri'],
      specialist: ['Uzman', 'Mühendis', 'Satın Alma Uzmanı'],
      student: ['Öğrenci', 'Stajyer'],
    },
  },
  fr: {
    first: ['Aurélie', 'Benoît', 'Chloé', 'François', 'Hélène', 'Jérôme', 'Léa', 'Noël', 'Rémi', 'Solène'],
    last: ['Bernard', 'Chevalier', 'Dubois', 'Faure', 'Lefèvre', 'Morel', 'Petit', 'Roux', 'Simon', "D'Arcy"],
    titles: {
      chief: ['PDG', 'Directrice générale', 'Fondateur'],
      head: ['Directeur logistique', 'Responsable achats', 'Directrice des opérations'],
      manager: ['Chef de projet', 'Chef d’équipe'],
      specialist: ['Acheteur', 'Ingénieure', 'Analyste'],
      student: ['Étudiante', 'Étudiant', 'Stagiaire'],
    },
  },
};

export const firms = {
  first: ['Harbour', 'Birch', 'Copper', 'Delta', 'Granite', 'Linden', 'Meadow', 'North', 'River', 'Saffron'],
  second: ['Freight', 'Foods', 'Works', 'Textiles', 'Tools', 'Trading', 'Systems', 'Paper', 'Glass', 'Stores'],
  industries: ['logistics', 'manufacturing', 'manufacturing', 'retail', 'software', 'education', 'finance'],
  technologies: ['sap', 'shopify', 'salesforce', 'warehouse-cloud', 'excel', 'hubspot'],
} as const;

/** Mail domains of competitors, of whom one may see several firms. */
export const rivals: Some<string> = ['rival.example', 'other-rival.example'];

export const freeMail: Some<string> = ['mail.example', 'post.example', 'home.example'];

export const pricePages: Some<string> = ['/pricing', '/pricing', '/pricing/plans', '/pricing/calculator'];

export const contents = [
  { content: 'warehouse-checklist', topic: 'stock' },
  { content: 'route-planning-guide', topic: 'routes' },
  { content: 'cost-of-stock', topic: 'costs' },
  { content: 'returns-handbook', topic: 'returns' },
  { content: 'price-guide', topic: 'costs' },
  { content: 'peak-season', topic: 'stock' },
] as const;
