"""Given names and surnames of many nations, and a maker of names that nobody has."""

import random
import re

GIVEN = {
    "english": (
        "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica Thomas Sarah Charles Karen "
        "Christopher Lisa Daniel Nancy Matthew Betty Anthony Margaret Mark Sandra Donald Ashley Steven Kimberly Paul Emily Andrew Donna Joshua Michelle "
        "Kenneth Carol Kevin Amanda Brian Dorothy George Melissa Timothy Deborah Ronald Stephanie Edward Rebecca Jason Sharon Jeffrey Laura Ryan Cynthia "
        "Jacob Kathleen Gary Amy Nicholas Angela Eric Shirley Jonathan Anna Stephen Brenda Larry Pamela Justin Emma Scott Nicole Brandon Helen Benjamin "
        "Samantha Samuel Katherine Gregory Christine Alexander Debra Frank Rachel Patrick Carolyn Raymond Janet Jack Catherine Dennis Maria Jerry Heather "
        "Tyler Diane Aaron Ruth Jose Julie Adam Olivia Nathan Joyce Henry Virginia Douglas Victoria Zachary Kelly Peter Lauren Kyle Christina Ethan Joan "
        "Walter Evelyn Noah Judith Jeremy Megan Christian Andrea Keith Cheryl Roger Hannah Terry Jacqueline Gerald Martha Harold Gloria Sean Teresa Austin "
        "Ann Carl Sara Arthur Madison Lawrence Frances Dylan Kathryn Jesse Janice Jordan Jean Bryan Abigail Billy Alice Joe Julia Bruce Judy Gabriel Sophia "
        "Logan Grace Albert Denise Willie Amber Alan Doris Juan Marilyn Wayne Danielle Roy Beverly Ralph Isabella Randy Theresa Eugene Diana Vincent Natalie "
        "Russell Brittany Elijah Charlotte Louis Marie Bobby Kayla Philip Alexis Johnny Lori Oliver Harry Charlie Alfie Oscar Poppy Freya Isla Amelia Florence "
        "Imogen Nigel Graham Colin Clive Trevor Ian Stuart Gareth Rhys Dylan Megan Angus Hamish Fiona Morag Sinead Siobhan Niamh Aoife Ciaran Declan Padraig "
        "Liam Conor Tom Tim Ben Sam Dan Matt Chris Nick Alex Kate Liz Beth Jen Becky Sue Bob Bill Jim Joe Mike Dave Steve Greg Jeff Rob Ed Ted Ken Ron Don "
        "Max Leo Eva Mia Zoe Ella Chloe Ruby Lily Lucy Holly Jade Shaun Craig Darren Dean Duane Earl Floyd Glen Hugh Ivan Joel Kirk Lance Miles Neil Owen "
        "Perry Quentin Rex Saul Toby Vernon Wade Yvonne Wanda Velma Tracy Tammy Sheila Roxanne Rhonda Paige Norma Nadine Myrtle Mildred Lillian Kristen "
        "Josephine Irene Hazel Gwendolyn Geraldine Edith Edna Bonnie Blanche Bernice Audrey Agnes Adele"
    ),
    "french": (
        "Jean Pierre Michel Philippe Alain Nicolas Christophe Laurent Stéphane Frédéric Julien Olivier Thierry Pascal Guillaume François Sébastien Antoine "
        "Mathieu Hugo Lucas Théo Léa Manon Chloé Camille Inès Jade Émilie Aurélie Céline Sandrine Valérie Nathalie Isabelle Sylvie Monique Brigitte Françoise "
        "Geneviève Hélène Élodie Margaux Amélie Benoît Gaëlle Yves Luc Marcel René Gérard Noémie Océane Solène Thibault Bastien Corentin Édouard Honoré Maëlys"
    ),
    "german": (
        "Hans Klaus Jürgen Wolfgang Dieter Uwe Bernd Stefan Andreas Matthias Markus Jens Torsten Ralf Sabine Petra Monika Ursula Renate Gisela Heike Birgit "
        "Susanne Claudia Katrin Anja Silke Ulrike Lukas Finn Jonas Felix Leon Lena Leonie Annika Frieda Greta Heinrich Friedrich Karl Otto Ernst Ludwig Günther "
        "Horst Werner Manfred Helmut Gerhard Rainer Detlef Sven Kai Tobias Florian Maximilian Sebastian Johanna Mathilda Ingrid Waltraud Elfriede Anneliese"
    ),
    "spanish": (
        "José Antonio Manuel Francisco Juan David Javier Carlos Jesús Alejandro Miguel Rafael Pedro Ángel Pablo Sergio Fernando Luis Jorge Alberto Álvaro Diego "
        "Adrián Raúl Enrique Ramón Vicente Iván Rubén Óscar Andrés Joaquín María Carmen Ana Isabel Dolores Pilar Josefa Teresa Rosa Cristina Ángeles Antonia "
        "Mercedes Francisca Concepción Rosario Lucía Elena Marta Paula Raquel Rocío Beatriz Silvia Yolanda Inmaculada Ximena Guadalupe Yesenia Esteban Rodrigo "
        "Gonzalo Hernán Matías Santiago Valentina Camila Mariana Gabriela Daniela Esperanza Consuelo Xochitl Leticia Graciela"
    ),
    "portuguese": (
        "João Pedro Tiago Rui Nuno Paulo Gonçalo Duarte Vasco Inês Beatriz Joana Catarina Mariana Leonor Matilde Luís Fernanda Adriana Juliana Thiago Gustavo "
        "Felipe Caio Larissa Letícia Bruna Camila Rafaela Vitória Luana Otávio Murilo Henrique Raimundo Francisca Conceição Aparecida"
    ),
    "italian": (
        "Giuseppe Giovanni Antonio Mario Luigi Francesco Salvatore Vincenzo Domenico Marco Alessandro Matteo Lorenzo Davide Simone Federico Riccardo Giulia "
        "Francesca Chiara Federica Sara Martina Valentina Alessia Silvia Elisa Paola Giorgia Rosa Concetta Caterina Lucia Giuseppina Angela Ilaria Elia Fabrizio "
        "Gianluca Massimo Ornella Raffaella Sabrina Tiziana Umberto Vittorio Fiorella Ludovica"
    ),
    "dutch": (
        "Jan Piet Kees Willem Hendrik Johannes Cornelis Gerrit Dirk Bram Daan Sem Thijs Lars Ruben Jasper Maarten Jeroen Sander Bas Joost Wouter Koen Sanne Femke "
        "Lotte Anouk Fleur Maaike Marieke Annemiek Saskia Wilma Ingeborg Tjitske Wijtze Sjoerd Jelle Hidde Fenna Sytske Berend Evert Roelof Teunis Neeltje Aaltje"
    ),
    "nordic": (
        "Lars Erik Anders Johan Karl Nils Sven Olof Bengt Gunnar Håkan Björn Göran Åke Magnus Mikael Fredrik Henrik Anna Karin Kristina Ingrid Margareta Birgitta "
        "Annika Elin Linnea Astrid Maja Ebba Freja Sigrid Ole Kjell Øyvind Torbjørn Håvard Eirik Sigurd Marit Solveig Ingeborg Silje Ragnhild Jens Søren Niels "
        "Mette Kirsten Bente Dorthe Rasmus Mads Frederik Jussi Mikko Jukka Pekka Antti Timo Kari Matti Heikki Eero Aino Helmi Päivi Tuula Riitta Anneli Kaisa "
        "Sanna Jouko Veikko Guðrún Sigríður Ólafur Jón Þór Helga Ragnar Snorri Arne Oddvar Asbjørn Trygve Halvard Jakobine"
    ),
    "slavic": (
        "Ivan Sergei Dmitri Alexei Nikolai Vladimir Mikhail Andrei Yuri Boris Oleg Igor Pavel Natalia Olga Tatiana Svetlana Irina Ekaterina Anastasia Ludmila "
        "Galina Oksana Yulia Vera Nina Zoya Piotr Krzysztof Andrzej Tomasz Paweł Jakub Michał Grzegorz Marcin Łukasz Wojciech Agnieszka Katarzyna Małgorzata "
        "Joanna Barbara Ewa Magdalena Zofia Jadwiga Stanisław Zbigniew Jiří Petr Josef Pavel Tomáš Zdeněk Václav Miroslav Ondřej Lenka Hana Věra Jana Kateřina "
        "Božena Zuzana Ján Juraj Milan Branko Dragan Zoran Goran Slobodan Milica Jelena Snežana Dragana Ivana Marko Luka Matija Tihomil Tihomila Željko Damir "
        "Vesna Marija Mateja Boštjan Primož Saša Viliam Radovan Bogdan Volodymyr Olena Taras Bohdan Kalina Desislava Stoyan Plamen"
    ),
    "hungarian": (
        "László István József János Zoltán Sándor Ferenc Gábor Attila Péter Tamás Zsolt Tibor András Csaba Imre Erzsébet Ilona Katalin Éva Anna Zsuzsanna "
        "Margit Judit Ágnes Andrea Ildikó Erika Krisztina Piroska Bálint Gergely Szilvia Réka Orsolya Nóra Dezső Árpád Kálmán"
    ),
    "balkan": (
        "Dimitris Giorgos Nikos Yannis Kostas Panagiotis Vasilis Eleni Katerina Sofia Despina Vasiliki Ioanna Anastasios Ion Andrei Gheorghe Constantin Mihai "
        "Florin Elena Ioana Andreea Mihaela Raluca Bogdan Cristian Ștefan Arben Ilir Besnik Drita Mirela Emre Mehmet Mustafa Ahmet Ayşe Fatma Emine Hatice Zeynep "
        "Elif Kemal Murat Hakan Burak Cem Selin Defne Aija Jānis Andris Ilze Inga Jonas Vytautas Rasa Eglė Toomas Kristjan Kadri Piret"
    ),
    "arabic": (
        "Mohammed Ahmed Ali Omar Hassan Hussein Ibrahim Khalid Abdullah Youssef Mahmoud Mustafa Saleh Tariq Bilal Karim Nasser Faisal Hamza Zaid Rashid Samir "
        "Fatima Aisha Maryam Khadija Layla Noor Zainab Hana Salma Yasmin Amina Samira Huda Rania Dina Sumaya Leila Reza Farhad Shirin Parisa Amir Behnam Maida "
        "Shamhan Kasim Idris Nadia Jamal Wafiq Murad Lubna Ghassan Habib Mina Arash Kourosh Soraya Duqaq Sabri Haniyya"
    ),
    "indian": (
        "Raj Amit Sanjay Rahul Vijay Suresh Ramesh Anil Sunil Rajesh Arjun Rohan Vikram Aditya Karthik Srinivas Venkat Ganesh Krishna Deepak Manoj Ashok Priya "
        "Anjali Pooja Neha Divya Kavita Sunita Lakshmi Meera Radha Shreya Ananya Aishwarya Deepika Nandini Swati Rekha Geeta Harpreet Gurpreet Manpreet Jaspreet "
        "Imran Salman Farhan Ayesha Zara Nadeem Shahid Asif Rukhsana Chaminda Nuwan Dilshan"
    ),
    "chinese": (
        "Wei Fang Min Jing Li Na Qiang Lei Jun Yang Yong Yan Jie Juan Tao Ming Chao Xiuying Xia Ping Gang Guiying Hua Lan Jianguo Xiaoming Xiaoli Zhiwei Haoran "
        "Yichen Zihan Yuxuan Mei Ling Hui Ying Xue Bo Kai Long Peng Xin Yu Zhen Shan Meiling Chun Guo Wen-Hsiung Chia-Ling Mei-Hua Hoi Ka-Wai Siu-Ming Tsz"
    ),
    "japanese": (
        "Hiroshi Takashi Kenji Akira Satoshi Makoto Kazuo Yuki Haruto Sota Ren Yuto Kaito Daiki Ryota Shota Kenta Takumi Tetsuya Masahiro Yoko Keiko Akiko Naoko "
        "Yumiko Tomoko Emi Sakura Hina Aoi Yui Misaki Haruka Ayumi Mayumi Noriko Michiko Junko Rie Kaori"
    ),
    "korean": "Minjun Seojun Jihoon Hyunwoo Dongwook Sungmin Jaehyun Youngho Minho Taeyang Jiwoo Seoyeon Minji Soyeon Eunji Hyejin Yuna Jisoo Haeun Sooyoung Ji-Won Min-Seo Seung-Hyun Kyung-Soo",
    "southeast": (
        "Nguyen Minh Anh Huy Duc Tuan Linh Trang Hoa Thuy Lan Hung Dung Quang Thanh Budi Agus Dewi Siti Putri Wayan Ketut Rizky Andi Somchai Somsak Malee "
        "Pornthip Niran Jose Maricel Jomar Rowena Liezel Nurul Farah Azlan Hafiz Aung Thiri"
    ),
    "african": (
        "Kwame Kofi Ama Abena Akosua Yaw Chidi Emeka Ngozi Chioma Ifeoma Adebayo Olumide Folake Yetunde Tunde Babatunde Amaka Obinna Thabo Sipho Nomsa Lerato "
        "Zanele Themba Kagiso Wanjiru Kamau Njeri Otieno Akinyi Juma Baraka Zuri Amadou Mamadou Fatou Aminata Ousmane Moussa Tesfaye Abebe Selam Hirut Kiflom"
    ),
}
SURNAMES = {
    "english": (
        "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Thompson White Harris Clark Lewis Robinson Walker "
        "Young Allen King Wright Scott Hill Green Adams Nelson Baker Hall Campbell Mitchell Carter Roberts Phillips Evans Turner Parker Collins Edwards Stewart "
        "Morris Murphy Cook Rogers Morgan Peterson Cooper Reed Bailey Bell Kelly Howard Ward Cox Richardson Wood Watson Brooks Bennett Gray James Hughes Price "
        "Myers Long Foster Sanders Ross Powell Sullivan Russell Jenkins Perry Butler Barnes Fisher Henderson Coleman Simmons Patterson Jordan Reynolds Hamilton "
        "Graham Kim Wallace Woods Cole West Owens Ellis Gibson Hunt Webb Stone Knight Dunn Rose Burke Fox Harper Warren Mason Hayes Porter Lawson Marsh Hart "
        "Payne Wells Walsh Barrett Dean Ford Austin Hicks Crawford Boyd Kennedy Hunter Weaver Lane Day Palmer Mills Nichols Grant Ferguson Hawkins Arnold Bishop "
        "Carr Duncan Snyder Spencer Perkins Hudson Rice Black Armstrong Gardner Stephens Bradley Lambert Stanton Ball Beaufort Winter Frost Mclaughlin McDonald "
        "MacLeod O'Brien O'Connor O'Neill Fitzgerald Gallagher Doyle Byrne Lynch Quinn Nolan Flynn Pritchard Llewellyn Bevan Ashworth Hargreaves Entwistle "
        "Pickering Thornton Whitfield Blackwood Fairchild Holloway Ramsbottom Winterbourne Carrington Pemberton Ayers Hobbs Wiley Querry"
    ),
    "french": (
        "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia Bertrand Roux Vincent Fournier Morel Girard "
        "André Lefèvre Mercier Dupont Lambert Bonnet François Martinez Legrand Garnier Faure Rousseau Blanc Guérin Muller Henry Roussel Perrin Morin Mathieu "
        "Clément Gauthier Dumont Fontaine Chevalier Robin Masson Noël Lemaire Beauchamp Tremblay Gagnon Bélanger Charpentier Deschamps Delacroix de Villiers "
    ),
    "german": (
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann "
        "Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Lehmann Schmid Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz "
        "Möller Weiß Jung Hahn Keller Vogel Friedrich Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke Albrecht Ziegler Kuhn Pohl Engel Horn Busch "
        "Bergmann Kohler Geisler Ruf Eisenberg Rosenthal Goldstein Steinmetz Wassermann Pfeiffer Urner Egli Brunner Zbinden Gruber Moser Eder"
    ),
    "spanish": (
        "García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz Moreno Muñoz Álvarez Romero Alonso Gutiérrez "
        "Navarro Torres Domínguez Vázquez Ramos Gil Ramírez Serrano Blanco Molina Morales Suárez Ortega Delgado Castro Ortiz Rubio Marín Sanz Núñez Iglesias "
        "Medina Garrido Cortés Castillo Santos Lozano Guerrero Cano Prieto Méndez Cruz Flores Herrera Peña León Márquez Cabrera Gallego Calvo Vidal Campos Reyes "
        "Vega Fuentes Carrasco Aguilar Bermúdez Carrasquillo Quintana Villanueva Zamora Escobar Arriaga Montoya Rivas Araujo Alterio de la Cruz"
    ),
    "portuguese": (
        "Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Jesus Sousa Fernandes Gonçalves Gomes Lopes Marques Alves Almeida Ribeiro Pinto Carvalho "
        "Teixeira Moreira Correia Mendes Nunes Soares Vieira Monteiro Cardoso Rocha Neves Coelho Cunha Pires Azevedo Barbosa Cavalcanti Figueiredo Magalhães Araújo"
    ),
    "italian": (
        "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti De Luca Mancini Costa Giordano Rizzo Lombardi Moretti Barbieri "
        "Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli Martini Leone Longo Gentile Martinelli Vitale Lombardo Serra Coppola De Santis D'Angelo Marchetti "
        "Parisi Villa Conte Ferraro Ferri Fabbri Bianco Marini Grasso Valentini Messina Sala De Angelis Gatti Pellegrini Palumbo Sanna Farina Nardone Napolitani Piccirilli"
    ),
    "dutch": (
        "de Jong Jansen de Vries van den Berg van Dijk Bakker Janssen Visser Smit Meijer de Boer Mulder de Groot Bos Vos Peters Hendriks van Leeuwen Dekker Brouwer "
        "de Wit Dijkstra Smits de Graaf van der Meer van der Linden Kok Jacobs de Haan Vermeulen van den Heuvel van der Veen van den Broek de Bruijn de Bruin "
        "van der Heijden Schouten van Beek Willems van Vliet van de Ven Hoekstra Maas Verhoeven Koster van Dam Prins Blom Huisman Peeters Laarman Kuyra Hiemstra Oomen"
    ),
    "nordic": (
        "Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Pettersson Jonsson Jansson Hansson Bengtsson Jönsson Lindberg "
        "Jakobsson Magnusson Lindström Olofsson Lindqvist Lindgren Berg Axelsson Bergström Lundberg Lind Lundgren Lundqvist Mattsson Berglund Fredriksson Sandberg "
        "Henriksson Forsberg Sjöberg Wallin Engström Eklund Danielsson Håkansson Hansen Johansen Olsen Larsen Andersen Pedersen Nilsen Kristiansen Jensen Karlsen "
        "Johnsen Pettersen Eriksen Berg Haugen Hagen Johannessen Jacobsen Dahl Halvorsen Lund Skjæveland Moen Solberg Nielsen Christensen Rasmussen Sørensen "
        "Jørgensen Madsen Kristensen Mortensen Vestergaard Kjær Thomsen Poulsen Korhonen Virtanen Mäkinen Nieminen Mäkelä Hämäläinen Laine Heikkinen Koskinen "
        "Järvinen Lehtonen Pesälä Tuominen Salonen Kinnunen Jónsdóttir Guðmundsson Sigurðardóttir Einarsson Kristoffersen Lauritsen Jessen Martinsson"
    ),
    "slavic": (
        "Ivanov Smirnov Kuznetsov Popov Vasiliev Petrov Sokolov Mikhailov Novikov Fedorov Morozov Volkov Alekseev Lebedev Semenov Egorov Pavlov Kozlov Stepanov "
        "Nikolaev Orlov Andreev Makarov Nikitin Zakharov Ivanova Smirnova Kuznetsova Popova Petrova Sokolova Solomina Pirogova Krylova Gairbekov Akhtakhanov Nowak "
        "Kowalski Kowalska Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Lewandowska Zieliński Szymański Woźniak Dąbrowski Kozłowski Jankowski Mazur Kwiatkowski "
        "Krawczyk Piotrowski Grabowski Zając Pawłowski Novák Svoboda Novotný Dvořák Černý Procházka Kučera Veselý Horák Němec Nováková Svobodová Dvořáková Prošková "
        "Kupcová Horváth Kováč Varga Tóth Nagy Baláž Jovanović Petrović Nikolić Marković Đorđević Stojanović Ilić Stanković Pavlović Milošević Horvat Kovačević Babić "
        "Marić Jurić Novak Kovačić Knežević Brkić Crnić Jozić Jeknić Zupančič Krajnc Sedej Shevchenko Kovalenko Bondarenko Tkachenko Kravchenko Oliynyk Petrenko "
        "Dimitrov Georgiev Todorova Marinović Jonak Sukhorukova Kasparov"
    ),
    "hungarian": "Nagy Kovács Tóth Szabó Horváth Varga Kiss Molnár Németh Farkas Balogh Papp Takács Juhász Lakatos Mészáros Oláh Simon Rácz Fekete Szilágyi Török Fehér Balázs Gál Kis Szűcs Kocsis Pintér Fodor Orsós Berecz Barabás Gábor Ujváry Sipos Lukács Bíró Jakab Bodnár",
    "balkan": (
        "Papadopoulos Papadopoulou Georgiou Nikolaou Vasileiou Christodoulou Ioannou Dimitriou Karagiannis Pappas Alexiou Oikonomou Popescu Ionescu Popa Radu Dumitru "
        "Stan Stoica Gheorghe Rusu Munteanu Matei Marin Lazăr Ciobanu Hoxha Shehu Çela Leka Yılmaz Kaya Demir Çelik Şahin Yıldız Öztürk Aydın Özdemir Arslan Doğan "
        "Kılıç Bērziņš Kalniņš Ozols Kazlauskas Petrauskas Jankauskas Tamm Saar Sepp Mägi Kask Kukk Rebane"
    ),
    "arabic": (
        "Khan Ahmed Hassan Ali Hussein Ibrahim Abdullah Mohamed Mahmoud Saleh Haddad Khoury Mansour Nasser Farouk Aziz Rahman Hamdan Qureshi Siddiqui Malik Sheikh "
        "Hashemi Hosseini Ahmadi Karimi Rezaei Moradi Jafari Al-Masri Al-Rashid Al-Sayed El-Amin Ben Youssef Bouazizi Belkacem Tazi Benali Shalhoub Sabbagh Najjar "
        "Baba Khoury Sayegh Daoud Ghanem Zaidi Tahir Wasem Fakhoury"
    ),
    "indian": (
        "Sharma Patel Singh Kumar Gupta Verma Reddy Rao Nair Iyer Menon Pillai Das Roy Banerjee Mukherjee Chatterjee Ghosh Bose Sen Joshi Kulkarni Deshpande Patil "
        "Shah Mehta Desai Agarwal Jain Kapoor Khanna Malhotra Chopra Bhatia Gill Sandhu Dhillon Kaur Yadav Mishra Pandey Tiwari Trivedi Naidu Krishnan Subramanian "
        "Venkatesan Perera Fernando Silva Jayasinghe Wickramasinghe Chowdhury Hossain Islam Akhtar"
    ),
    "chinese": "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng Liang Xie Song Tang Deng Han Feng Cao Peng Zeng Xiao Tian Dong Pan Yuan Cai Jiang Yu Du Ye Cheng Wei Su Lu Ding Ren Shen Yao Tan Chan Wong Cheung Lam Leung Ho Ng Chow Tsai Hsu Hsieh Teng Liao Ouyang",
    "japanese": (
        "Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato Yoshida Yamada Sasaki Yamaguchi Matsumoto Inoue Kimura Hayashi Shimizu Yamazaki "
        "Mori Abe Ikeda Hashimoto Yamashita Ishikawa Nakajima Maeda Fujita Ogawa Goto Okada Hasegawa Murakami Kondo Ishii Saito Sakamoto Endo Aoki Fujii Nishimura "
        "Fukuda Ota Miura Fujiwara Okamoto Matsuda Nakagawa Nakano Harada Ono Tamura Higuchi Tazuka Hagiwara Fukunaga Morishita Inada"
    ),
    "korean": "Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim Han Oh Seo Shin Kwon Hwang Ahn Song Yoo Hong Jeon Moon Bae Baek Nam Ryu",
    "southeast": "Nguyen Tran Le Pham Hoang Phan Vu Vo Dang Bui Do Ngo Duong Ly Wijaya Santoso Susanto Hidayat Setiawan Pratama Kusuma Siregar Nasution Dela Cruz Bautista Ocampo Villanueva Mendoza Aquino Pangilinan bin Abdullah binti Ismail Suwan Saetang Chaiyasit Wongsakul",
    "african": "Mensah Owusu Asante Boateng Osei Adjei Okafor Okonkwo Eze Nwosu Obi Adeyemi Ogunleye Balogun Oyelaran Abiola Dlamini Nkosi Ndlovu Khumalo Mokoena Botha van der Merwe Mwangi Kariuki Wanjala Ochieng Odhiambo Kimani Diallo Traoré Keita Coulibaly Ndiaye Diop Sow Camara Bekele Haile Tadesse Gebremariam Moyo Banda Phiri",
}
LITTLE = {"de", "van", "den", "der", "la", "De", "bin", "binti", "Ben", "Dela", "El", "le"}
TITLES = "Mr. Mrs. Ms. Miss Dr. Prof. Mr Mrs Ms Dr Sir Professor Madam Rev. Hon. Capt.".split()
TITLE = re.compile(r"(?:mr|mrs|ms|miss|dr|prof)\b\.?\s+", re.IGNORECASE)
ONSETS = "B C D F G H J K L M N P R S T V W B C D F G H J K L M N P R S T V W B C D F G H J K L M N P R S T V W Z Br Cr Dr Fr Gr Kr Pr Tr Bl Cl Fl Gl Kl Pl Sl St Sch Ch Sh Th Sv Zh Kh Ts Ø Å É Š Ž".split()
VOWELS = (
    "a e i o u a e i o u a e i o u a e i o u a e i o u a e i o u a e i o ei ie au ou aa oo y ö ü é á ø ä í ó".split()
)
CODAS = "n r l s m t n r l s m t n r l s m t k d n r l s m t k d n r l ss nn ll rt nd ng st ck rs ns tz ć ř ň".split()
ENDINGS = (
    "son sen sson berg mann stein ski ska ova ov enko vić ić ez es ini etti elli ano sson dottir quist lund strom ström dahl man ton ley field ford worth er ers "
    "ard eau oux ier ot escu iu opoulos idis oğlu yan ian shvili dze kar wala ani i a o a e ko vich vá ák ek ík ka ja ra na ta la ne lle tte"
).split()
FLAT_GIVEN = {region: names.split() for region, names in GIVEN.items()}


def _surnames(text: str) -> list[str]:
    out: list[str] = []
    waiting: list[str] = []
    for word in text.split():
        waiting.append(word)
        if word not in LITTLE:
            out.append(" ".join(waiting))
            waiting = []
    return out


FLAT_SURNAMES = {region: _surnames(names) for region, names in SURNAMES.items()}
REGIONS = list(GIVEN)


def _region(rng: random.Random) -> str:
    return "english" if rng.random() < 0.3 else rng.choice(REGIONS)


def invented(rng: random.Random) -> str:
    """Return a word that sounds like a name, so that form and place count and not the list."""
    if rng.random() < 0.02:
        letters = rng.choice(["αβγδεζηθικλμνοπρστυφχψω", "абвгдежзиклмнопрстуфхшя"])
        return "".join(rng.choice(letters) for _ in range(rng.randint(4, 9))).capitalize()
    word = rng.choice(ONSETS) + rng.choice(VOWELS)
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        word += rng.choice(CODAS)[:1] + rng.choice(VOWELS)
    return (
        word + (rng.choice(CODAS) if rng.random() < 0.5 else "") + (rng.choice(ENDINGS) if rng.random() < 0.7 else "")
    )


def given(rng: random.Random, region: str | None = None) -> str:
    if rng.random() < 0.12:
        return invented(rng)
    name = rng.choice(FLAT_GIVEN[region or _region(rng)])
    if rng.random() < 0.02:
        name += rng.choice("- ") + rng.choice(FLAT_GIVEN["french"])
    return name


def surname(rng: random.Random, region: str | None = None) -> str:
    if rng.random() < 0.3:
        return invented(rng)
    name = rng.choice(FLAT_SURNAMES[region or _region(rng)])
    if rng.random() < 0.04:
        name += "-" + rng.choice(FLAT_SURNAMES["english"])
    return name


def person(rng: random.Random) -> str:
    region = _region(rng)
    mixed = None if rng.random() < 0.4 else region  # names travel
    draw = rng.random()
    first, last = given(rng, region), surname(rng, mixed)
    if draw < 0.04:
        return f"{first} {rng.choice('ABCDEFGHJKLMNPRSTW')}. {last}"
    if draw < 0.06:
        return f"{first[0]}. {last}"
    if draw < 0.1:
        return f"{first} {given(rng, region)} {last}"
    if draw < 0.12:
        return f"{last}, {first}"
    if draw < 0.15:
        return f"{first} {last} {rng.choice(['Jr.', 'MD', 'PhD', 'DDS', 'III', 'II', 'Sr.', 'DVM'])}"
    if draw < 0.17 and region == "spanish":
        return f"{first} {last} {surname(rng, region)}"
    return f"{first} {last}"
